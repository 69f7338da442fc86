import { FormHelperText, HelperText, HelperTextItem } from "@patternfly/react-core";

/** What is wrong with a field, tied to it by its id. */
export function FieldError({ id, text }: { id: string; text: string | undefined }) {
  return text === undefined ? null : (
    <FormHelperText>
      <HelperText id={id} isLiveRegion>
        <HelperTextItem variant="error" hasIcon>
          {text}
        </HelperTextItem>
      </HelperText>
    </FormHelperText>
  );
}

export function focusField(id: string): void {
  document.getElementById(id)?.focus();
}
