package dev.bulwark.it.prose;

import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The messages that Java sources log for operators: at the levels info, warn, error and fatal. */
final class LogTexts extends TreeScanner<@Nullable Void, List<String>> {

  private static final Pattern CALL =
      Pattern.compile("(?i)log(?:ger)?\\.(?:info|warn|error|fatal)[fv]?");

  private LogTexts() {}

  /** Returns the text of each message; a message that is joined of several strings is one text. */
  static List<String> of(JavaSources sources) {
    List<String> texts = new ArrayList<>();
    sources.units().forEach(unit -> unit.accept(new LogTexts(), texts));
    return texts;
  }

  @Override
  public @Nullable Void visitMethodInvocation(MethodInvocationTree call, List<String> texts) {
    if (CALL.matcher(call.getMethodSelect().toString()).matches()) {
      for (ExpressionTree argument : call.getArguments()) {
        StringBuilder text = new StringBuilder();
        argument.accept(new Strings(), text);
        // Others are arguments of the message, such as a name.
        if (text.indexOf(" ") > 0) {
          texts.add(text.toString());
        }
      }
    }
    return super.visitMethodInvocation(call, texts);
  }

  /** Joins the strings of an expression. */
  private static final class Strings extends TreeScanner<@Nullable Void, StringBuilder> {

    @Override
    public @Nullable Void visitLiteral(LiteralTree literal, StringBuilder text) {
      if (literal.getValue() instanceof String string) {
        text.append(string);
      }
      return null;
    }
  }
}
