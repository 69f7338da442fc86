# The relying application. Build the jar first: mvn clean package -DskipTests
# The stage below, which names the version; or any other image.
ARG JRE_IMAGE=jre

# Dependabot reads a version here, and in no ARG.
FROM eclipse-temurin:21-jre AS jre

FROM ${JRE_IMAGE} AS extracted
COPY examples/relying-app/target/bulwark-relying-app-exec.jar /work/relying-app.jar
# Libraries apart from the application: it starts faster, and an update is a small layer.
RUN cd /work && java -Djarmode=tools -jar relying-app.jar extract --destination application

FROM ${JRE_IMAGE}
WORKDIR /application
COPY --from=extracted /work/application/lib/ lib/
COPY --from=extracted /work/application/relying-app.jar ./
# Most libraries have theirs in their own jars.
COPY LICENSE NOTICE examples/relying-app/target/classes/META-INF/THIRD-PARTY.txt licenses/
COPY bundle/licenses/*.txt licenses/
USER 10001:0
EXPOSE 8081
ENV JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=50 -Djavax.net.ssl.trustStore=/trust/authority.p12 -Djavax.net.ssl.trustStoreType=PKCS12"
ENTRYPOINT ["java", "-jar", "relying-app.jar"]
