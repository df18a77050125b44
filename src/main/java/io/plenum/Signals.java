package io.plenum;

import java.lang.reflect.Proxy;

/**
 * Signals of the operating system. A shutdown hook hears of the first one only, and leaves the process with 128 and the
 * signal's number as its code; a handler of our own hears of all, and the process may end with 0. {@code sun.misc.Signal} is in
 * every JDK (module {@code jdk.unsupported}), but a compiler warns of it; so it is looked up.
 */
final class Signals {
  private Signals() {}

  /**
   * @param name such as {@code TERM}
   * @param onSignal called each time, on a thread of its own
   * @return false if this JVM does not let us: without the class, or started with {@code -Xrs}
   */
  static boolean handle(String name, Runnable onSignal) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object ours = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler},
          (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
              onSignal.run();
              yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "handler of SIG" + name;
          });
      signal.getMethod("handle", signal, handler).invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
