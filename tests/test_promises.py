"""Every promise has tests that can fail; this table says which, and fails if one is gone."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
PROMISES = {
    "one message per recipient, kind and key": [
        "test_planning_and_sending_again_changes_nothing",
        "test_a_claim_in_hand_is_nobody_elses",
        "test_a_repeat_is_200_and_changes_nothing",
    ],
    "an accepted text is never sent again, an unsent one never forgotten, a reply always read": [
        "test_a_text_whose_fate_is_unknown_is_looked_up_and_never_sent_again",
        "test_a_text_that_was_lost_is_sent_once_more_after_two_looks",
        "test_a_process_killed_after_its_claim_leaves_an_attempt_that_is_looked_up",
        "test_a_reply_left_unread_by_a_crash_is_read_by_the_sweep",
        "test_texts_of_an_outage_are_fetched_from_the_providers_list",
    ],
    "no reminder outside the window; after STOP only its confirmation and a safety answer": [
        "test_the_window_ends_what_lateness_would_still_allow",
        "test_stop_silences_the_number_and_is_confirmed_once",
        "test_a_red_flag_after_stop_is_still_answered",
    ],
    "opt-out from keyword, plain words, the carrier, unsubscribe and staff": [
        "test_a_number_that_opted_out_at_the_carrier_is_never_written_to_again",
        "test_stop_on_a_shared_phone_stops_both",
        "test_start_lifts_the_block_and_tells_the_truth",
        "test_a_changed_number_needs_a_new_yes",
    ],
    "a red flag outranks everything": [
        "test_a_red_flag_gets_the_safety_answer_alone_and_pauses",
        "test_a_plain_stop_with_a_red_flag_gets_both_in_one_answer",
        "test_nobody_took_it_so_the_next_person_is_told_after_fifteen_minutes",
        "test_with_the_database_dead_a_red_flag_is_answered_in_the_response",
        "test_no_text_leaves_a_clinic_that_cannot_say_whom_to_call",
    ],
    "nothing is logged that was not said": [
        "test_a_thumb_up_on_our_reminder_logs_nothing",
        "test_a_reply_too_late_for_any_session_logs_nothing_and_asks",
        "test_an_out_of_office_logs_nothing_and_gets_no_answer",
        "test_a_reply_that_breaks_the_reader_goes_to_a_person_and_is_still_screened",
    ],
    "missing is not zero and not skipped": [
        "test_a_paused_day_makes_an_excused_sitting_and_no_text",
        "test_26_hours_of_downtime_send_one_reminder_and_leave_rows_for_the_rest",
        "test_pain_with_no_session_open_is_kept_outside_adherence",
    ],
    "history stays": [
        "test_a_correction_replaces_only_what_it_names_and_keeps_the_history",
    ],
}


def test_every_promise_has_its_tests() -> None:
    written = set(
        re.findall(
            r"^def (test_\w+)",
            "\n".join(file.read_text() for file in TESTS.rglob("test_*.py")),
            re.M,
        )
    )

    missing = {
        promise: [name for name in names if name not in written]
        for promise, names in PROMISES.items()
    }
    assert {promise: names for promise, names in missing.items() if names} == {}
