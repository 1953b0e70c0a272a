"""Where does each line, dot and mark of a chart stand?

Pure geometry for the drawings the server makes: values in, frozen rows with coordinates out.
Templates put them into SVG attributes; they compute nothing. Missing is never drawn as zero.
"""

from .bars import Bar, Bars, bars
from .fortnight import Point, Spark, Strip, StripCell, spark, spark_points, strip
from .ground import Dot, GridLine
from .pain import NARROW, WIDE, Frame, PainChart, PainHistory, pain_chart
from .weeks import Cell, WeekRow, calendar, monday, short_day

__all__ = [
    "NARROW",
    "WIDE",
    "Bar",
    "Bars",
    "Cell",
    "Dot",
    "Frame",
    "GridLine",
    "PainChart",
    "PainHistory",
    "Point",
    "Spark",
    "Strip",
    "StripCell",
    "WeekRow",
    "bars",
    "calendar",
    "monday",
    "pain_chart",
    "short_day",
    "spark",
    "spark_points",
    "strip",
]
