package compat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** All cases, in the order in which they are started. */
public final class Registry {
    private final List<Case> cases = new ArrayList<>();

    /** A case that runs beside others. */
    public void shared(String name, CaseSet set, Case.Body body) {
        cases.add(new Case(name, set, false, body));
    }

    /** A case that has the servers for itself. */
    public void exclusive(String name, CaseSet set, Case.Body body) {
        cases.add(new Case(name, set, true, body));
    }

    List<Case> chosen(Settings settings) {
        return cases.stream()
            .filter(c -> c.set.compareTo(settings.set) <= 0 && settings.wants(c.name))
            .collect(Collectors.toList());
    }
}
