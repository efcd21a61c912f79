# First everything that is needed to build, then a last image with only what is needed to run.

FROM node:22-slim AS admin_ui
WORKDIR /build
COPY admin_ui ./
RUN npm ci --ignore-scripts --no-audit --no-fund && node build.mjs /built

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/syndicate
WORKDIR /build
# The lock has a hash for every file, so what is installed is what was tested.
COPY requirements.lock ./
RUN /opt/syndicate/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY syndicate ./syndicate
COPY --from=admin_ui /built ./syndicate/web/admin/static/built
RUN /opt/syndicate/bin/pip install --no-deps .

FROM python:3.12-slim
RUN groupadd --system --gid 10001 syndicate \
 && useradd --system --uid 10001 --gid 10001 --home-dir /app --no-create-home --shell /usr/sbin/nologin syndicate \
 && install --directory --owner syndicate --group syndicate --mode 0750 /app /app/data /app/keys
COPY --from=build /opt/syndicate /opt/syndicate
# Inside the container the server listens on every address; which ports the outside sees is decided by Docker.
ENV PATH=/opt/syndicate/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SYNDICATE_SERVER__HOST=0.0.0.0
WORKDIR /app
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["syndicate"]
CMD ["serve"]
