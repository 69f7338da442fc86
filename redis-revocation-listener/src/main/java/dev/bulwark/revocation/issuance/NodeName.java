package dev.bulwark.revocation.issuance;

import java.util.UUID;

/** The name of this node, another one after it was taken for lost. Thread-safe. */
final class NodeName {

  private volatile String name = UUID.randomUUID().toString();

  String get() {
    return name;
  }

  void change() {
    name = UUID.randomUUID().toString();
  }
}
