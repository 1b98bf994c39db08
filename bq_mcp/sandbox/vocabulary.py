"""The closed sets of the service: symbols, venues, sign models."""

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT")
VENUES = ("deribit", "bybit", "okx", "binance", "derive", "thalex", "delta_india", "delta")
POSITIONINGS = ("flow", "std")
