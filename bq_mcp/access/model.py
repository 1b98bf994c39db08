"""Who calls, and why somebody may not."""

from dataclasses import dataclass, field

# Where clients of OAuth look for what a server takes (RFC 9728).
METADATA_PATH = "/.well-known/oauth-protected-resource"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a name that may be shown, the key that is spent, and what the credential allows.

    No two callers share a name: `local`, the name of a token, `sub:` and an OAuth subject (`sub#`
    and a hash where that is long or odd), or `key-` and eight hex digits of a hash. `key` is None
    where the operator's is spent. No `toolsets` means all that are offered.
    """

    name: str
    key: str | None = field(default=None, repr=False)
    toolsets: tuple[str, ...] = ()
    calls_per_minute: int | None = None


class AccessError(Exception):
    """Somebody may not enter; `description` says why, and never repeats the credential.

    `status` is that of the HTTP answer; `error` the code of RFC 6750 where it has one, "" where no
    credential came; `retry_after` in how many seconds another attempt makes sense.
    """

    def __init__(
        self, status: int, error: str, description: str, *, retry_after: int | None = None
    ) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
        self.retry_after = retry_after
