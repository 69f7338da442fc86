package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.key.OwnerType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.UserModel;

/** The owner of a key: a user, or a client for service to service. */
public sealed interface KeyOwner {

  OwnerType type();

  /** The stored id: of the user, or the internal id (not {@code client_id}) of the client. */
  String id();

  /** A user, local or federated. */
  record User(UserModel model) implements KeyOwner {
    @Override
    public OwnerType type() {
      return OwnerType.USER;
    }

    @Override
    public String id() {
      return model.getId();
    }
  }

  /** A client. */
  record Client(ClientModel model) implements KeyOwner {
    @Override
    public OwnerType type() {
      return OwnerType.CLIENT;
    }

    @Override
    public String id() {
      return model.getId();
    }
  }
}
