# The optimized Keycloak image with the bundle and the realm. Build the jar first: mvn clean package -DskipTests
# The stage below, which names the version; or any other image.
ARG KEYCLOAK_IMAGE=keycloak
ARG DEBIAN_IMAGE=debian:trixie-slim
# Which libargon2: built = Debian's source compiled here for this image's processors; bundled = the slower one inside the bundle,
# for a build that cannot reach Debian's packages.
ARG LIBARGON2=built

# With --platform each platform compiles its own.
FROM ${DEBIAN_IMAGE} AS libargon2-built
WORKDIR /src
COPY deploy/docker/fetch-libargon2-source.sh ./
RUN ./fetch-libargon2-source.sh
COPY deploy/docker/build-libargon2.sh ./
RUN ./build-libargon2.sh argon2.orig.tar /libargon2

FROM ${DEBIAN_IMAGE} AS libargon2-bundled
RUN mkdir /libargon2

FROM libargon2-${LIBARGON2} AS libargon2

# Dependabot reads a version here, and in no ARG.
FROM quay.io/keycloak/keycloak:26.7.3 AS keycloak

FROM ${KEYCLOAK_IMAGE} AS build
# Of several jars COPY would take the last one silently: that of an earlier version, or one with sources.
COPY --chown=1000:0 bundle/target/bulwark-keycloak-*.jar /tmp/jars/
RUN set -- /tmp/jars/*; [ $# = 1 ] || { echo "bundle/target must have one bulwark-keycloak-*.jar (mvn clean package -DskipTests): $*" >&2; exit 1; }; \
  cp "$1" /opt/keycloak/providers/bulwark-keycloak.jar
# With --optimized, Keycloak starts with no other value of these. The chart keycloakx always names the path, also "/". A base image may differ.
ENV KC_DB=${KC_DB:-postgres} KC_HEALTH_ENABLED=true KC_METRICS_ENABLED=true KC_HTTP_RELATIVE_PATH=${KC_HTTP_RELATIVE_PATH:-/}
RUN /opt/keycloak/bin/kc.sh build

FROM ${KEYCLOAK_IMAGE}
COPY --from=build /opt/keycloak/ /opt/keycloak/
COPY --chown=1000:0 realm-config/app-realm.json /opt/keycloak/data/import/app-realm.json
# What Keycloak writes at the start, by KC_TRUSTSTORE_PATHS too, goes to data/tmp: all else may be read-only.
RUN mkdir -p /opt/keycloak/data/tmp && ln -s tmp/keycloak-truststore.p12 /opt/keycloak/data/keycloak-truststore.p12
COPY --from=libargon2 /libargon2/ /opt/bulwark/libargon2/
# The licenses of the bundle's libraries are in its jar too.
COPY LICENSE NOTICE /opt/bulwark/licenses/
COPY bundle/licenses/*.txt /opt/bulwark/licenses/
COPY --chmod=755 deploy/docker/entry.sh deploy/docker/select-libargon2.sh /opt/bulwark/
# Huge pages for what malloc gives; the provider asks for them itself for a hash's memory. A glibc older than 2.35 ignores it.
ENV GLIBC_TUNABLES=glibc.malloc.hugetlb=1
# The cost of a password hash. Keycloak's default is 7 MiB.
ENV KC_SPI_PASSWORD_HASHING__ARGON2__MEMORY=65536 KC_SPI_PASSWORD_HASHING__ARGON2__ITERATIONS=3 KC_SPI_PASSWORD_HASHING__ARGON2__PARALLELISM=4
# The log as JSON, with the fields that the lines of events have. A realm with Keycloak's own listener has its successes in it, too.
ENV KC_LOG_CONSOLE_OUTPUT=json KC_LOG_CONSOLE_JSON_FORMAT=ecs KC_SPI_EVENTS_LISTENER__JBOSS_LOGGING__SUCCESS_LEVEL=info
ENTRYPOINT ["/opt/bulwark/entry.sh"]
CMD ["start", "--optimized", "--import-realm"]
