package dev.bulwark.realm.parts;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The steps of the bundle in a flow, as Keycloak's Admin REST lists them: a sub-flow comes before
 * its steps, which are one level deeper.
 */
final class FlowSteps {

  private static final String DISABLED = "DISABLED";

  private FlowSteps() {}

  /**
   * What has to be disabled, for Keycloak fails at a step that it does not know: the step, or the
   * sub-flow of a condition, which would not be conditional without it.
   *
   * @param executions of one flow
   */
  static List<JsonNode> toDisable(JsonNode executions) {
    List<JsonNode> found = new ArrayList<>();
    Deque<JsonNode> around = new ArrayDeque<>();
    for (JsonNode execution : executions) {
      while (around.size() > execution.path("level").asInt()) {
        around.removeLast();
      }
      JsonNode target =
          isOf(execution, BundleNames.ADMINISTRATORS) && !around.isEmpty()
              ? around.getLast()
              : execution;
      if (isOfTheBundle(execution)
          && !isOf(execution, BundleNames.API_KEY_STEP)
          && !isDisabled(target)
          && around.stream().noneMatch(FlowSteps::isDisabled)
          && !found.contains(target)) {
        found.add(target);
      }
      if (execution.path("authenticationFlow").asBoolean()) {
        around.addLast(execution);
      }
    }
    return found;
  }

  /**
   * Whether API keys take the place of passwords in a flow. Such a step is never disabled: what is
   * left would let everybody in.
   */
  static boolean takesApiKeys(JsonNode executions) {
    for (JsonNode execution : executions) {
      if (isOf(execution, BundleNames.API_KEY_STEP) && !isDisabled(execution)) {
        return true;
      }
    }
    return false;
  }

  /** What the admin console calls it. */
  static String name(JsonNode execution) {
    return execution.path("displayName").asText(execution.path("providerId").asText());
  }

  private static boolean isOfTheBundle(JsonNode execution) {
    return BundleNames.STEPS.contains(execution.path("providerId").asText());
  }

  private static boolean isOf(JsonNode execution, String provider) {
    return execution.path("providerId").asText().equals(provider);
  }

  private static boolean isDisabled(JsonNode execution) {
    return execution.path("requirement").asText().equals(DISABLED);
  }
}
