package dev.bulwark.ratelimit.step;

import dev.bulwark.limit.Decision;
import jakarta.ws.rs.core.Response;
import org.keycloak.authentication.AuthenticationFlowContext;

/**
 * What who is refused gets: status 429 with {@code Retry-After} (RFC 6585, 4; RFC 9110, 10.2.3).
 */
@FunctionalInterface
interface RefusalAnswer {

  Response to(AuthenticationFlowContext context, Decision.Refused refusal);
}
