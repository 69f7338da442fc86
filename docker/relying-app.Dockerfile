# The relying application. Build the jar first: mvn package -DskipTests
FROM eclipse-temurin:21-jre AS extracted
COPY relying-app/target/bulwark-relying-app-exec.jar /work/relying-app.jar
# Libraries apart from the application: it starts faster, and an update is a small layer.
RUN cd /work && java -Djarmode=tools -jar relying-app.jar extract --destination application

FROM eclipse-temurin:21-jre
WORKDIR /application
COPY --from=extracted /work/application/lib/ lib/
COPY --from=extracted /work/application/relying-app.jar ./
USER 10001:0
EXPOSE 8081
ENV JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=50 -Djavax.net.ssl.trustStore=/trust/keycloak.jks -Djavax.net.ssl.trustStoreType=JKS"
ENTRYPOINT ["java", "-jar", "relying-app.jar"]
