# The optimized Keycloak image with the bundle and the realm. Build the jar first: mvn package -DskipTests
ARG KEYCLOAK_VERSION=26.7.3

FROM quay.io/keycloak/keycloak:${KEYCLOAK_VERSION} AS build
COPY --chown=1000:0 bundle/target/bulwark-keycloak-*-SNAPSHOT.jar /opt/keycloak/providers/bulwark-keycloak.jar
ENV KC_DB=postgres KC_HEALTH_ENABLED=true KC_METRICS_ENABLED=true
RUN /opt/keycloak/bin/kc.sh build

FROM quay.io/keycloak/keycloak:${KEYCLOAK_VERSION}
COPY --from=build /opt/keycloak/ /opt/keycloak/
COPY --chown=1000:0 realm-config/app-realm.json /opt/keycloak/data/import/app-realm.json
COPY --chown=1000:0 --chmod=755 docker/certificate.sh /opt/keycloak/bin/bulwark-certificate.sh
# Transparent huge pages for Argon2's 64 MiB a hash.
ENV GLIBC_TUNABLES=glibc.malloc.hugetlb=1
ENTRYPOINT ["/opt/keycloak/bin/kc.sh"]
CMD ["start", "--optimized", "--import-realm"]
