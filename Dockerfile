# syntax=docker/dockerfile:1
# Two stages: what builds the program stays out of the image that runs it.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /build

# The environment that is shipped: every package by its hash.
COPY requirements/run.txt requirements/
RUN python -m venv /opt/storyarn-export \
    && /opt/storyarn-export/bin/pip install --require-hashes --requirement requirements/run.txt

# The build backend is pinned in the development lock, so that is what builds the wheel.
COPY requirements/dev.txt requirements/
RUN python -m venv /opt/backend \
    && /opt/backend/bin/pip install --require-hashes --no-deps --requirement requirements/dev.txt
COPY pyproject.toml README.md LICENSE ./
COPY migrations migrations
COPY src src
RUN /opt/backend/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/storyarn-export/bin/pip install --no-deps /wheels/*.whl

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="storyarn-export" org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10001 storyarn \
    && useradd --system --uid 10001 --gid storyarn --home-dir /var/lib/storyarn --shell /usr/sbin/nologin storyarn \
    && install --directory --owner=storyarn --group=storyarn --mode=0750 /var/lib/storyarn
COPY --from=build /opt/storyarn-export /opt/storyarn-export
ENV PATH=/opt/storyarn-export/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    STORYARN_DATA_DIR=/var/lib/storyarn \
    STORYARN_LOG_FORMAT=json
USER storyarn
WORKDIR /var/lib/storyarn
VOLUME /var/lib/storyarn
EXPOSE 8000
# For the API, which is what runs by default; containers of workers turn it off.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# Longer than STORYARN_SHUTDOWN_SECONDS has to be the grace that the engine gives: `docker stop --time 30`.
STOPSIGNAL SIGTERM
ENTRYPOINT ["storyarn-export"]
CMD ["api", "--host", "0.0.0.0"]
