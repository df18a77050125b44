package io.plenum.browser;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives a test its {@link Stage}; afterwards looks for unnoticed faults, writes failures down, clears away. */
final class StageExtension implements ParameterResolver, AfterEachCallback {
  private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(StageExtension.class);
  private static final AtomicInteger rooms = new AtomicInteger();

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Stage.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    SharedBrowsers browsers = context.getRoot().getStore(NAMESPACE)
        .getOrComputeIfAbsent(SharedBrowsers.class, key -> new SharedBrowsers(), SharedBrowsers.class);
    String testClass = context.getRequiredTestClass().getSimpleName().toLowerCase(Locale.ROOT);
    String room = testClass + "-" + rooms.incrementAndGet();
    return context.getStore(NAMESPACE).getOrComputeIfAbsent(Stage.class, key -> new Stage(browsers, room), Stage.class);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Stage stage = context.getStore(NAMESPACE).get(Stage.class, Stage.class);
    if (stage == null) {
      return;
    }
    boolean passed = false;
    try {
      if (context.getExecutionException().isEmpty()) {
        stage.check();
        passed = true;
      }
    } finally {
      if (!passed) {
        stage.report(stage.room() + "-" + context.getRequiredTestMethod().getName());
      }
      stage.clear();
    }
  }
}
