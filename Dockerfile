# Two stages: the first installs the pinned packages and the wheel, the second only runs them.
ARG BASE=python:3.12-slim-bookworm

FROM ${BASE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /source
RUN python -m venv /opt/build && python -m venv --without-pip /opt/stream-edits
COPY requirements/build.txt requirements/run.txt requirements/
# Only wheels, so that nothing is compiled; every one is checked against its hash.
RUN /opt/build/bin/python -m pip install --require-hashes --only-binary :all: \
        -r requirements/build.txt \
    && /opt/build/bin/python -m pip --python /opt/stream-edits/bin/python install \
        --require-hashes --only-binary :all: -r requirements/run.txt
COPY pyproject.toml README.md ./
COPY schemas schemas
COPY stream_edits stream_edits
RUN /opt/build/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/build/bin/python -m pip --python /opt/stream-edits/bin/python install \
        --no-deps --no-index --find-links /wheels stream-edits

FROM ${BASE}
ARG BASE
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="stream-edits" \
      org.opencontainers.image.description="Infusion claim edits on Kafka, each claim decided exactly once" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE}"
RUN groupadd --gid 10001 stream-edits \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin stream-edits
COPY --from=build /opt/stream-edits /opt/stream-edits
# Nothing is written: neither bytecode, which the installation made, nor anything else.
ENV PATH=/opt/stream-edits/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONFAULTHANDLER=1 \
    LANG=C.UTF-8
USER 10001:10001
WORKDIR /
EXPOSE 9464
STOPSIGNAL SIGTERM
# For `run` under a plain container engine; Kubernetes has the chart's probes instead.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:' + (os.environ.get('STREAM_EDITS_HTTP_PORT') or '9464') + '/healthz', timeout=4)"]
ENTRYPOINT ["stream-edits"]
CMD ["run"]
