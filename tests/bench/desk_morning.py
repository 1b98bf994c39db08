"""A morning on a desk as data: twenty questions, four agents, a hundred and twenty tool calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

START = datetime(2026, 11, 20, 13, 55, tzinfo=UTC)

_BTC = {"symbol": "BTCUSDT"}
_ETH = {"symbol": "ETHUSDT"}
_SOL = {"symbol": "SOLUSDT"}
_HYPE = {"symbol": "HYPEUSDT"}

_Tool = tuple[str, Mapping[str, object]]
_STATUS: _Tool = ("status", {})
_LEVELS: _Tool = ("gex_levels", _BTC)
_ETH_LEVELS: _Tool = ("gex_levels", _ETH)
_SOL_LEVELS: _Tool = ("gex_levels", _SOL)
_HYPE_LEVELS: _Tool = ("gex_levels", _HYPE)
_PROFILE: _Tool = ("gex_strike_profile", _BTC)
_MAX_PAIN: _Tool = ("gex_max_pain", _BTC)
_TERM: _Tool = ("options_iv_term_structure", _BTC)
_SKEW: _Tool = ("options_iv_skew", _BTC)
_DENSITY: _Tool = ("options_probability_density", _BTC)
_SUMMARY: _Tool = ("options_expiry_summary", _BTC)
_EXPIRIES: _Tool = ("expiries", _BTC)

# An agent reads its first answers before it asks the rest.
_READS_FOR_S = 4.0


@dataclass(frozen=True)
class Question:
    """What an agent was asked `at` seconds into the morning, and the tools it called for it.

    The calls of `first` go out together, those of `then` together when it has read the answers.
    """

    at: float
    agent: str
    asked: str
    first: Sequence[_Tool]
    then: Sequence[_Tool]


@dataclass(frozen=True)
class Call:
    """One tool call, `at` seconds into the morning."""

    question: int
    agent: str
    at: float
    tool: str
    arguments: Mapping[str, object]


MORNING = (
    # Before the open everybody wants the same picture.
    Question(
        2,
        "note",
        "Write the morning note on BTC.",
        (_STATUS, _LEVELS, _TERM, _MAX_PAIN),
        (_SKEW, _PROFILE),
    ),
    Question(
        3,
        "spot",
        "Where are flip and walls?",
        (_LEVELS, _ETH_LEVELS, _PROFILE, _MAX_PAIN),
        (_STATUS, _SUMMARY),
    ),
    Question(
        5,
        "vol",
        "Is the front of the curve rich?",
        (_TERM, _SKEW, _LEVELS, _STATUS),
        (_DENSITY, _MAX_PAIN),
    ),
    Question(
        8,
        "risk",
        "What expires next, and where does it pin?",
        (_EXPIRIES, _SUMMARY, _MAX_PAIN, _LEVELS),
        (_PROFILE, _STATUS),
    ),
    Question(
        12,
        "spot",
        "How far is it to the put wall, in daily moves?",
        (_LEVELS, _PROFILE, _TERM, _STATUS),
        (_DENSITY, _SKEW),
    ),
    Question(
        15,
        "vol",
        "Are downside puts bid against last week's walls?",
        (_SKEW, _TERM, _PROFILE, _LEVELS),
        (_MAX_PAIN, _SUMMARY),
    ),
    Question(
        18,
        "risk",
        "Can we trust these numbers right now?",
        (_STATUS, _LEVELS, _TERM, _EXPIRIES),
        (_ETH_LEVELS, _SUMMARY),
    ),
    # Spot slips.
    Question(
        151,
        "spot",
        "Spot slipped: did the levels move with it?",
        (_LEVELS, _PROFILE, _MAX_PAIN, _STATUS),
        (_TERM, _SKEW),
    ),
    Question(
        155,
        "risk",
        "Are we below the flip now?",
        (_LEVELS, _PROFILE, _STATUS, _MAX_PAIN),
        (_SKEW, _TERM),
    ),
    Question(
        161,
        "vol",
        "Did the front react?",
        (_TERM, _SKEW, _LEVELS, _PROFILE),
        (_MAX_PAIN, _STATUS),
    ),
    # The open.
    Question(
        331,
        "note",
        "Update the note for the open.",
        (_LEVELS, _ETH_LEVELS, _SOL_LEVELS, _HYPE_LEVELS),
        (_TERM, _STATUS),
    ),
    Question(
        333,
        "spot",
        "Which of the four markets sits closest to its flip?",
        (_LEVELS, _ETH_LEVELS, _SOL_LEVELS, _HYPE_LEVELS),
        (_PROFILE, _STATUS),
    ),
    Question(
        336,
        "risk",
        "Where would hedging flip sign in each book?",
        (_LEVELS, _ETH_LEVELS, _SOL_LEVELS, _HYPE_LEVELS),
        (_PROFILE, _SUMMARY),
    ),
    Question(
        340,
        "vol",
        "Is the event still in the front expiry?",
        (_TERM, _SKEW, _SUMMARY, _LEVELS),
        (_STATUS, _PROFILE),
    ),
    Question(
        345,
        "spot",
        "What range does the market price for today?",
        (_TERM, _LEVELS, _SKEW, _PROFILE),
        (_SUMMARY, _STATUS),
    ),
    Question(
        349,
        "note",
        "One paragraph: what changed since the first note?",
        (_LEVELS, _ETH_LEVELS, _TERM, _SKEW),
        (_SUMMARY, _PROFILE),
    ),
    # After the first hour's flow.
    Question(
        541,
        "risk",
        "Summarise the exposure before lunch.",
        (_STATUS, _LEVELS, _SUMMARY, _MAX_PAIN),
        (_PROFILE, _TERM),
    ),
    Question(
        544,
        "note",
        "Close the note: levels, curve, pin.",
        (_LEVELS, _TERM, _MAX_PAIN, _SUMMARY),
        (_STATUS, _PROFILE),
    ),
    Question(
        548,
        "vol",
        "Has the curve settled?",
        (_TERM, _LEVELS, _STATUS, _SUMMARY),
        (_MAX_PAIN, _PROFILE),
    ),
    Question(
        553,
        "spot",
        "Which level matters most for the afternoon?",
        (_LEVELS, _PROFILE, _MAX_PAIN, _SUMMARY),
        (_TERM, _STATUS),
    ),
)


def calls(questions: Sequence[Question] = MORNING) -> list[Call]:
    """Return the calls of the questions in order of time."""
    found = [
        Call(number, question.agent, question.at + later, tool, arguments)
        for number, question in enumerate(questions, start=1)
        for later, tools in ((0.0, question.first), (_READS_FOR_S, question.then))
        for tool, arguments in tools
    ]
    return sorted(found, key=lambda call: call.at)
