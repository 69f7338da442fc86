package dev.bulwark.revocation.issuance;

import dev.bulwark.contract.ListedIds.ListedId;

/**
 * An id that a token has, or is about to have. It is settled once: when the token has its row in
 * the ledger, or is revoked.
 *
 * @param block where it is from
 * @param index its number in the block
 */
public record ReservedId(IdBlock block, int index) implements ListedId {

  @Override
  public String jti() {
    return block.jti(index);
  }
}
