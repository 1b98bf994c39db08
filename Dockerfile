# The Python that the tests run on.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bq_mcp bq_mcp
COPY prompts prompts
RUN python -m venv --without-pip /opt/bq-mcp \
 && pip --python /opt/bq-mcp install --no-cache-dir -c constraints.txt .

FROM python:3.11-slim-bookworm
COPY --from=build /opt/bq-mcp /opt/bq-mcp
ENV PATH=/opt/bq-mcp/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    BACKQUANT_CACHE_DIR=/var/cache/bq-mcp \
    BACKQUANT_LOG_FORMAT=json
# A number, so that a host can check that it is not root. It has no home: all it writes is in the cache folder.
USER 10001:10001
EXPOSE 8766
# http.client, because urllib would ask the proxy of the environment.
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 \
    CMD ["python", "-IS", "-c", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 8766, timeout=3); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["bq-mcp", "serve", "--http", "0.0.0.0:8766"]
