package compat.cases;

import compat.CaseSet;
import compat.Registry;

/** The broker is killed, again and again, while clients work. */
public final class CrashCases {
    private CrashCases() {
    }

    public static void register(Registry registry) {
        registry.exclusive("kill9-loop", CaseSet.FULL,
            context -> RestartCases.run(context, "kill9-and-start", context.settings.kills));
    }
}
