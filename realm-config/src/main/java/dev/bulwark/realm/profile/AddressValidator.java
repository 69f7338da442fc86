package dev.bulwark.realm.profile;

import dev.bulwark.realm.profile.AddressRule.Writer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ConfiguredProvider;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.services.messages.Messages;
import org.keycloak.userprofile.AttributeContext;
import org.keycloak.userprofile.UserProfileAttributeValidationContext;
import org.keycloak.userprofile.UserProfileContext;
import org.keycloak.validate.SimpleValidator;
import org.keycloak.validate.ValidationContext;
import org.keycloak.validate.ValidationError;
import org.keycloak.validate.ValidatorConfig;

/**
 * Validator {@value #ID} of the user profile, for the attribute {@code email}: requires an address
 * of new users and lets nobody remove the own one ({@link AddressRule}). Keycloak's own setting
 * "required" also stops users who came along from another application without an address.
 * Stateless.
 */
public final class AddressValidator implements SimpleValidator, ConfiguredProvider {

  /** The id, which stands in the user profile of realms: a data format. */
  public static final String ID = "bulwark-address";

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public ValidationContext validate(
      @Nullable Object input, String inputHint, ValidationContext context, ValidatorConfig config) {
    AttributeContext attribute =
        UserProfileAttributeValidationContext.from(context).getAttributeContext();
    @Nullable UserModel user = attribute.getUser();
    boolean hasAddress = user != null && isText(user.getEmail());
    boolean sendsAddress =
        input instanceof List<?> values && values.stream().anyMatch(AddressValidator::isText);
    if (AddressRule.isMissing(writer(attribute.getContext()), hasAddress, sendsAddress)) {
      context.addError(new ValidationError(ID, inputHint, Messages.MISSING_EMAIL));
    }
    return context;
  }

  private static Writer writer(UserProfileContext context) {
    return switch (context) {
      case REGISTRATION, IDP_REVIEW -> Writer.NEW_USER;
      case UPDATE_PROFILE, ACCOUNT, UPDATE_EMAIL -> Writer.USER;
      case USER_API, SCIM -> Writer.ADMINISTRATOR;
    };
  }

  private static boolean isText(@Nullable Object value) {
    return value instanceof String text && !text.isBlank();
  }

  @Override
  public String getHelpText() {
    return "New users need an e-mail address, and users cannot remove their own. A user who was imported"
        + " without an e-mail address is not asked for one.";
  }

  @Override
  public List<ProviderConfigProperty> getConfigProperties() {
    return List.of();
  }
}
