# The server with its built pages. Build: docker build -t roadshow .
FROM node:24-bookworm-slim AS pages
WORKDIR /src/frontend_static
COPY frontend_static/package.json frontend_static/package-lock.json frontend_static/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend_static ./
RUN npm run build:fast

FROM python:3.12-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /srv/roadshow
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY events ./events
COPY realtime ./realtime
COPY server ./server
COPY --from=pages /src/frontend_static/dist ./frontend_static/dist
RUN useradd --system --uid 10001 roadshow && install -d -o roadshow -g roadshow /srv/roadshow/var
USER roadshow
VOLUME /srv/roadshow/var
EXPOSE 8000
ENTRYPOINT ["python", "-m", "server"]
CMD ["serve"]
