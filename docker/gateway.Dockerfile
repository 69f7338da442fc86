# nginx in front of the relying application: HTTPS, and API keys checked at Keycloak.
FROM debian:trixie-slim
RUN apt-get update -qq \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx openssl >/dev/null \
  && rm -rf /var/lib/apt/lists/*
COPY docker/gateway.conf /etc/nginx/nginx.conf
COPY --chmod=755 docker/gateway.sh /usr/local/bin/gateway
EXPOSE 8081
STOPSIGNAL SIGQUIT
ENTRYPOINT ["gateway"]
