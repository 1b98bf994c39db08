"""Find the folder that holds every word an agent reads."""

from pathlib import Path


def prompts_root() -> Path:
    """Return the packaged `prompts` folder, or the checkout's in an editable install."""
    package = Path(__file__).resolve().parent
    packaged = package / "prompts"
    return packaged if packaged.is_dir() else package.parent / "prompts"
