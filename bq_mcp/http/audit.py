"""Write one line for each call: who got what, how old it was, what it cost."""

import json
from itertools import islice

from ..logs import Log
from ..text import clean
from .served import Served

_MOST_NAMES = 20
_NAME_LIMIT = 40
_VALUES_LIMIT = 400
# Its lines are wanted also where nothing else below a warning is.
_log = Log("bq_mcp.audit", always=True)


class Audit:
    """Writes tool calls and resource reads to the log, at any level of it.

    Arguments are named; their values are written only `with_values`.
    """

    def __init__(self, *, with_values: bool) -> None:
        self._with_values = with_values

    def served(self, served: Served) -> None:
        """Write the line of a call; what gives out no data has none."""
        if not served.tool:
            return
        told = {
            "who": clean(served.who, _NAME_LIMIT * 2),
            "tool": served.tool,
            "via": served.via or None,
            "outcome": served.outcome,
            "cache": served.cache or None,
            "age": served.age_seconds,
            "seconds": round(served.seconds, 3),
            "requests": served.requests,
            "units": served.units,
            "simulated": served.simulated or None,
            "arguments": self._arguments(served) or None,
        }
        _log.info("call", **{name: value for name, value in told.items() if value is not None})

    def _arguments(self, served: Served) -> str:
        if self._with_values and served.arguments:
            return clean(json.dumps(served.arguments, default=str), _VALUES_LIMIT)
        names = islice(served.arguments, _MOST_NAMES)
        return ",".join(clean(name, _NAME_LIMIT) for name in names)
