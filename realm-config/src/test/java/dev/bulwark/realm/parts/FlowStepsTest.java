package dev.bulwark.realm.parts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B8: flows as Keycloak lists them. */
class FlowStepsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ArrayNode flow = JSON.createArrayNode();

  private FlowStepsTest flow(int level, String name, String requirement) {
    ObjectNode execution = flow.addObject();
    execution.put("level", level).put("displayName", name).put("requirement", requirement);
    execution.put("authenticationFlow", true);
    return this;
  }

  private FlowStepsTest step(int level, String provider) {
    flow.addObject().put("level", level).put("providerId", provider).put("requirement", "REQUIRED");
    return this;
  }

  private List<String> disabled() {
    return FlowSteps.toDisable(flow).stream().map(FlowSteps::name).toList();
  }

  @Test
  void theSubFlowOfAConditionIsDisabled() {
    flow(0, "forms", "ALTERNATIVE").step(1, "auth-username-password-form");
    flow(1, "administrators", "CONDITIONAL").step(2, "conditional-administrator");
    flow(1, "others", "CONDITIONAL").step(2, "conditional-user-configured");
    step(0, "bulwark-address-proof");
    assertThat(disabled()).containsExactly("administrators", "bulwark-address-proof");
  }

  @Test
  void aDisabledSubFlowIsLeftAlone() {
    flow(0, "outer", "DISABLED").flow(1, "inner", "CONDITIONAL");
    step(2, "conditional-administrator").step(1, "bulwark-address-proof");
    flow(0, "administrators", "DISABLED").step(1, "conditional-administrator");
    assertThat(disabled()).isEmpty();
  }

  @Test
  void twoConditionsOfASubFlowAreOneChange() {
    flow(0, "administrators", "CONDITIONAL");
    step(1, "conditional-administrator").step(1, "conditional-administrator");
    assertThat(disabled()).containsExactly("administrators");
  }

  /** It is the whole proof: what is left would let everybody in. */
  @ParameterizedTest
  @CsvSource({"api-key-direct-grant, true", "direct-grant-validate-password, false"})
  void aStepInPlaceOfAPasswordIsNeverDisabled(String provider, boolean takesApiKeys) {
    step(0, "direct-grant-validate-username").step(0, provider);
    assertThat(disabled()).isEmpty();
    assertThat(FlowSteps.takesApiKeys(flow)).isEqualTo(takesApiKeys);
  }

  @Test
  void aStepOfClientsIsDisabled() {
    step(0, "client-secret").step(0, "client-api-key");
    assertThat(disabled()).containsExactly("client-api-key");
    JsonNode none = JSON.createArrayNode();
    assertThat(FlowSteps.toDisable(none)).isEmpty();
  }
}
