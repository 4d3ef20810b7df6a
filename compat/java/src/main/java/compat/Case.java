package compat;

/** One case: a body that throws when the servers do not behave. */
public final class Case {
    /** A case's body. */
    public interface Body {
        void run(Context context) throws Exception;
    }

    public final String name;
    public final CaseSet set;
    /** Stops or starts servers, so that nothing else may run meanwhile. */
    public final boolean exclusive;
    public final Body body;

    Case(String name, CaseSet set, boolean exclusive, Body body) {
        this.name = name;
        this.set = set;
        this.exclusive = exclusive;
        this.body = body;
    }
}
