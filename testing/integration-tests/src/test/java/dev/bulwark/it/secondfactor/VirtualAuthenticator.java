package dev.bulwark.it.secondfactor;

import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;

/** An authenticator of Chromium's developer tools, which keeps passkeys and verifies its user. */
record VirtualAuthenticator(CDPSession devTools, String id) {

  /** Plugs one into a page. */
  static VirtualAuthenticator of(Page page) {
    return of(page, true);
  }

  /**
   * Plugs one into a page.
   *
   * @param verifies whether it can verify its user at all
   */
  static VirtualAuthenticator of(Page page, boolean verifies) {
    CDPSession devTools = page.context().newCDPSession(page);
    devTools.send("WebAuthn.enable");
    JsonObject options = new JsonObject();
    options.addProperty("protocol", "ctap2");
    options.addProperty("transport", "internal");
    options.addProperty("hasResidentKey", true);
    options.addProperty("hasUserVerification", verifies);
    options.addProperty("isUserVerified", verifies);
    options.addProperty("automaticPresenceSimulation", true);
    JsonObject parameters = new JsonObject();
    parameters.add("options", options);
    return new VirtualAuthenticator(
        devTools,
        devTools
            .send("WebAuthn.addVirtualAuthenticator", parameters)
            .get("authenticatorId")
            .getAsString());
  }

  /** Whether its user gives the right PIN or finger, when a page asks for that. */
  void isUserVerified(boolean verified) {
    JsonObject parameters = new JsonObject();
    parameters.addProperty("authenticatorId", id);
    parameters.addProperty("isUserVerified", verified);
    devTools.send("WebAuthn.setUserVerified", parameters);
  }

  /** Whether its user is there and answers at once. */
  void isPresent(boolean present) {
    JsonObject parameters = new JsonObject();
    parameters.addProperty("authenticatorId", id);
    parameters.addProperty("enabled", present);
    devTools.send("WebAuthn.setAutomaticPresenceSimulation", parameters);
  }
}
