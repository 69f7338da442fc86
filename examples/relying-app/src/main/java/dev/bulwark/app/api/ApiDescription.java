package dev.bulwark.app.api;

import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.enums.SecuritySchemeIn;
import io.swagger.v3.oas.annotations.enums.SecuritySchemeType;
import io.swagger.v3.oas.annotations.info.Info;
import io.swagger.v3.oas.annotations.security.SecurityScheme;
import io.swagger.v3.oas.annotations.servers.Server;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The head of the OpenAPI document at {@code /docs/openapi}. */
@Configuration(proxyBeanMethods = false)
@OpenAPIDefinition(
    info =
        @Info(
            title = "Tasks",
            version = "1",
            description =
                "Send an access token of the realm, or an API key. 401 and 403"
                    + " bear WWW-Authenticate (RFC 6750); 503 with Retry-After: keep the token and"
                    + " try again."),
    // Not what the request says of its host.
    servers = @Server(url = "/"))
@SecurityScheme(
    name = "token",
    type = SecuritySchemeType.HTTP,
    scheme = "bearer",
    bearerFormat = "JWT",
    description = "Scopes: tasks:read, tasks:write, admin")
@SecurityScheme(
    name = "key",
    type = SecuritySchemeType.APIKEY,
    in = SecuritySchemeIn.HEADER,
    paramName = "X-API-Key",
    description =
        "If a gateway or this application verifies keys. The same scopes. 403 invalid_api_key: the"
            + " key is not accepted")
class ApiDescription {

  /** What every operation has in common. */
  @Bean
  OpenApiCustomizer common() {
    return document ->
        document.getPaths().values().stream()
            .flatMap(path -> path.readOperations().stream())
            .forEach(ApiDescription::complete);
  }

  private static void complete(Operation operation) {
    operation.addSecurityItem(new SecurityRequirement().addList("key"));
    operation
        .getResponses()
        .addApiResponse("401", answer("No token, or one that is not valid", "WWW-Authenticate"))
        .addApiResponse(
            "403", answer("The scope is missing, or the API key is not valid", "WWW-Authenticate"))
        .addApiResponse("429", answer("The API key has too many requests", "Retry-After"))
        .addApiResponse(
            "503", answer("Redis or Keycloak does not answer: keep the token", "Retry-After"));
  }

  private static ApiResponse answer(String description, String header) {
    return new ApiResponse()
        .description(description)
        .addHeaderObject(header, new Header().schema(new StringSchema()));
  }
}
