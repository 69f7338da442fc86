package dev.bulwark.app.api;

import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.enums.SecuritySchemeIn;
import io.swagger.v3.oas.annotations.enums.SecuritySchemeType;
import io.swagger.v3.oas.annotations.info.Info;
import io.swagger.v3.oas.annotations.security.SecurityScheme;
import io.swagger.v3.oas.annotations.servers.Server;
import org.springframework.context.annotation.Configuration;

/** The head of the OpenAPI document at {@code /docs/openapi}. */
@Configuration(proxyBeanMethods = false)
@OpenAPIDefinition(
    info =
        @Info(
            title = "Tasks",
            version = "1",
            description =
                "Send an access token of the realm, or through the gateway an API key. 401 and 403"
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
    description = "Through the gateway only")
class ApiDescription {}
