package dev.bulwark.ratelimit.step;

import dev.bulwark.ratelimit.Account;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.keycloak.WebAuthnConstants;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.authenticators.browser.AbstractUsernameFormAuthenticator;
import org.keycloak.authentication.authenticators.browser.WebAuthnConditionalUIAuthenticator;
import org.keycloak.common.util.ObjectUtil;
import org.keycloak.models.DefaultActionTokenKey;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.AuthenticationManager;

/** Whom an attempt is about, found as the step itself will find it. */
final class Accounts {

  private static final String BASIC = "Basic ";

  private Accounts() {}

  /** The user that an earlier step has found. */
  static Account current(AuthenticationFlowContext context) {
    return Account.of(context.getUser());
  }

  /** The name in the form. */
  static Account typed(AuthenticationFlowContext context) {
    return Account.named(parameter(context, AuthenticationManager.FORM_USERNAME));
  }

  /**
   * As {@link AbstractUsernameFormAuthenticator} does: the user of an earlier step where it was set
   * before the form was shown, else the name in the form.
   */
  static Account currentOrTyped(AuthenticationFlowContext context) {
    boolean set =
        Boolean.parseBoolean(
            context
                .getAuthenticationSession()
                .getAuthNote(
                    AbstractUsernameFormAuthenticator.USER_SET_BEFORE_USERNAME_PASSWORD_AUTH));
    return set ? current(context) : typed(context);
  }

  /**
   * The user that an earlier step has found, else the name that it has not: a name that nobody has
   * counts as any other, or who asks twice would know.
   */
  static Account currentOrAttempted(AuthenticationFlowContext context) {
    return context.getUser() != null
        ? current(context)
        : Account.named(
            context
                .getAuthenticationSession()
                .getAuthNote(AbstractUsernameFormAuthenticator.ATTEMPTED_USERNAME));
  }

  /** The name in the header {@code Authorization: Basic}. */
  static Account basic(AuthenticationFlowContext context) {
    String header = basicHeader(context);
    if (header == null) {
      return Account.NOBODY;
    }
    try {
      byte[] pair = Base64.getMimeDecoder().decode(header.substring(BASIC.length()).trim());
      String text = new String(pair, StandardCharsets.UTF_8);
      int colon = text.indexOf(':');
      return Account.named(colon < 0 ? text : text.substring(0, colon));
    } catch (IllegalArgumentException e) {
      return Account.NOBODY;
    }
  }

  static boolean hasBasic(AuthenticationFlowContext context) {
    return basicHeader(context) != null;
  }

  /** For the forms that look at "cancel" before anything else, and test nothing then. */
  static boolean isNotCancelled(AuthenticationFlowContext context) {
    return !context.getHttpRequest().getDecodedFormParameters().containsKey("cancel");
  }

  /** For the forms that look at "cancel", then at a passkey, and then at a password. */
  static boolean isNotCancelledAndNoPasskey(AuthenticationFlowContext context) {
    return isNotCancelled(context) && !isPasskey(context);
  }

  /** For the form of the organizations, which knows no "cancel". */
  static boolean isNoPasskey(AuthenticationFlowContext context) {
    return !isPasskey(context);
  }

  /**
   * Whether Keycloak's form takes the request for a passkey, by exactly what it asks itself. Then
   * it tests no password, and a signature cannot be guessed.
   */
  private static boolean isPasskey(AuthenticationFlowContext context) {
    var form = context.getHttpRequest().getDecodedFormParameters();
    return WebAuthnConditionalUIAuthenticator.isPasskeysEnabled(context.getSession())
        && (form.containsKey(WebAuthnConstants.AUTHENTICATOR_DATA)
            || form.containsKey(WebAuthnConstants.ERROR));
  }

  /**
   * Whether a passkey comes with a name, which no page sends. Keycloak looks the name up first, and
   * its answer tells whether somebody has it.
   */
  static boolean isPasskeyWithName(AuthenticationFlowContext context) {
    return isPasskey(context)
        && isNotCancelled(context)
        && !ObjectUtil.isBlank(parameter(context, AuthenticationManager.FORM_USERNAME));
  }

  /** For the mail of a reset, which is not sent to who has come by its link. */
  static boolean isNotByActionToken(AuthenticationFlowContext context) {
    UserModel user = context.getUser();
    return user == null
        || !user.getId()
            .equals(
                context
                    .getAuthenticationSession()
                    .getAuthNote(DefaultActionTokenKey.ACTION_TOKEN_USER_ID));
  }

  private static @Nullable String basicHeader(AuthenticationFlowContext context) {
    var headers = context.getHttpRequest().getHttpHeaders().getRequestHeader("Authorization");
    if (headers == null) {
      return null;
    }
    // HttpBasicAuthenticator takes the last one.
    String last = null;
    for (String header : headers) {
      if (header.startsWith(BASIC)) {
        last = header;
      }
    }
    return last;
  }

  private static @Nullable String parameter(AuthenticationFlowContext context, String name) {
    return context.getHttpRequest().getDecodedFormParameters().getFirst(name);
  }
}
