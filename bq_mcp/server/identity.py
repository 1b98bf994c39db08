"""What the server says it is."""

from base64 import b64encode
from typing import Any

import mcp.types as types

SERVER_NAME = "bq"
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
    '<rect width="48" height="48" rx="10" fill="#10151f"/>'
    '<path d="M8 30c8 0 8-16 16-16s8 16 16 16" fill="none" stroke="#4cc38a" stroke-width="4"/>'
    '<path d="M24 8v32" stroke="#8b98a9" stroke-width="2" stroke-dasharray="3 4"/></svg>'
)
IDENTITY: dict[str, Any] = {
    "title": "BackQuant options and gamma data",
    "description": "Crypto-options and gamma-exposure analytics of the BackQuant API",
    "website_url": "https://backquant.com",
    "icons": [
        types.Icon(
            src=f"data:image/svg+xml;base64,{b64encode(_ICON.encode()).decode()}",
            mime_type="image/svg+xml",
            sizes=["any"],
        )
    ],
}
