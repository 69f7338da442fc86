package dev.bulwark.bundle;

import org.keycloak.provider.Provider;

/** Does nothing: the work is done at the start by {@link BundleProviderFactory}. */
public final class BundleProvider implements Provider {

  @Override
  public void close() {}
}
