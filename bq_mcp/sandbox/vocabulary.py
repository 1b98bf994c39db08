"""The closed sets of the service: symbols, venues, sign models, market series."""

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT")
VENUES = ("deribit", "bybit", "okx", "binance", "derive", "thalex", "delta_india", "delta")
POSITIONINGS = ("flow", "std")
MARKET_SERIES = ("candles", "open_interest", "funding", "cvd_perp", "cvd_spot", "liquidations")
