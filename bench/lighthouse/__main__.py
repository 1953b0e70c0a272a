"""Is the page as quick as it can be on a phone on a slow network? `python -m bench.lighthouse`

The page with six exercises, under gunicorn, judged three times as Lighthouse judges by default: a
middling phone, 1.6 Mbit/s, 150 ms there and back. A server that has just started reads its
templates first: that is not what is judged. Exit status 1 unless the median is 100.
"""

import statistics
import sys

from bench.lighthouse import Missing, judge
from bench.page import a_patients_page, a_web
from bench.patience import until
from bench.servers import answers
from bench.stage import a_database, table

TIMES = 3
CATEGORIES = ("performance", "accessibility", "best-practices")


def main() -> None:
    with a_database("") as database:
        path = a_patients_page(database)
        with a_web(f"ours({database!r})", database) as port:
            place = f"http://127.0.0.1:{port}{path}"
            until(lambda: answers(place), seconds=60)
            try:
                judged = [judge(place, CATEGORIES) for _ in range(TIMES)]
            except Missing as missing:
                sys.exit(f"Not measured, for want of {missing}")
    median = [statistics.median(one.scores[name] for one in judged) for name in CATEGORIES]
    print(table(CATEGORIES, [[f"{score:.0f}" for score in median]]))
    print(*sorted({fault for one in judged for fault in one.faults}), sep="\n")
    if min(median) < 100:
        sys.exit("Not 100 each.")


if __name__ == "__main__":
    main()
