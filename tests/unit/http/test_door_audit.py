"""The line of who is refused at the door."""

from bq_mcp.http.door_audit import MOST, MOST_OF_ONE, DoorAudit

from ...support import kept_logs


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_who_is_refused_entry_has_a_line_and_a_slip_has_none() -> None:
    audit = DoorAudit(Time())
    with kept_logs() as events:
        for status in (400, 401, 403, 404, 405, 413, 421, 429, 503):
            audit.refused(status, f"192.0.2.{status % 256}", "why\nnot")
    assert [event["status"] for event in events] == [401, 403, 421, 429]
    assert events[0].items() >= {"event": "refused", "address": "192.0.2.145"}.items()
    assert events[0]["reason"] == "why not"


def test_nobody_fills_the_log_or_hides_others_in_it() -> None:
    time = Time()
    audit = DoorAudit(time)
    with kept_logs() as events:
        # One /64 is one customer of a provider.
        for number in range(1000):
            audit.refused(401, f"2001:db8::{number}", "no")
        audit.refused(401, "192.0.2.1", "no")
        assert len(events) == MOST_OF_ONE + 1
        assert events[-1]["left_out"] == 1000 - MOST_OF_ONE
        for number in range(1000):
            audit.refused(401, f"198.51.{number // 250}.{number % 250}", "no")
        assert len(events) == MOST
        time.now += 61
        audit.refused(401, "192.0.2.1", "no")
    assert events[-1]["left_out"] == 1000 - (MOST - MOST_OF_ONE - 1)
