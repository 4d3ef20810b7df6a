package compat.cases;

import static compat.cases.SignedClients.answer;
import static compat.cases.SignedClients.refusal;
import static compat.cases.SignedClients.sends;

import compat.CaseSet;
import compat.Check;
import compat.ClientVersion;
import compat.Context;
import compat.RawClient;
import compat.Received;
import compat.Registry;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.remoting.RPCHook;

/** Users, signatures and rights, on a broker whose super user is admin with the password admin-secret. */
public final class AuthCases {
    private static final int CREATE_TOPIC = 17;
    private static final int CREATE_USER = 3001;
    private static final int UPDATE_USER = 3002;
    private static final int DELETE_USER = 3003;
    private static final int GET_USER = 3004;
    private static final int LIST_USER = 3005;
    private static final int CREATE_ACL = 3006;
    private static final int UPDATE_ACL = 3007;
    private static final int DELETE_ACL = 3008;
    private static final int GET_ACL = 3009;
    private static final int LIST_ACL = 3010;
    private static final int NO_PERMISSION = 16;

    private AuthCases() {
    }

    public static void register(Registry registry) {
        CaseSet set = CaseSet.AUTH;
        registry.shared("auth-signatures", set, AuthCases::signatures);
        registry.shared("auth-rights", set, AuthCases::rights);
        registry.shared("auth-users", set, AuthCases::users);
        registry.shared("auth-refusals", set, AuthCases::refusals);
    }

    private static void signatures(Context context) throws Exception {
        try (RawClient admin = admin(context)) {
            String topic = newTopic(context, admin);
            sends(context, ClientVersion.signer("admin", "admin-secret"), topic);
            refused(context, ClientVersion.signer("admin", "wrong"), topic, "check signature failed.");
            refused(context, ClientVersion.signer("nobody", "x"), topic, "User:nobody is not found.");
            refused(context, null, topic, "username cannot be null.");
        }
    }

    private static void rights(Context context) throws Exception {
        try (RawClient admin = admin(context)) {
            String topic = newTopic(context, admin);
            String group = context.name("g");
            String writer = newUser(context, admin, "writer");
            String reader = newUser(context, admin, "reader");
            RPCHook asWriter = ClientVersion.signer(writer, "secret");
            String denied = "User:" + writer + " has no permission to access Topic:" + topic + " from 127.0.0.1, ";
            refused(context, asWriter, topic, denied + "no matched policies.");
            allow(admin, CREATE_ACL, writer, "Topic:" + topic, "Pub", "Allow");
            allow(admin, CREATE_ACL, reader, "Topic:" + topic.substring(0, topic.length() - 1) + "*", "Sub", "Allow");
            allow(admin, CREATE_ACL, reader, "Group:" + group, "Sub", "Allow");
            sends(context, asWriter, topic);
            DefaultMQPushConsumer consumer = context.newPushConsumer(group, ClientVersion.signer(reader, "secret"));
            Received received = new Received();
            consumer.subscribe(topic, "*");
            consumer.registerMessageListener(Context.into(received));
            consumer.start();
            received.awaitExactly(List.of("signed"), "consumed");
            allow(admin, UPDATE_ACL, writer, "Topic:" + topic, "Pub", "Deny");
            refused(context, asWriter, topic, denied + "the decision is deny.");
            String told = "{\"policies\":[{\"entries\":[{\"actions\":[\"Pub\"],\"decision\":\"Deny\",\"resource\":\"Topic:" + topic
                + "\",\"sourceIps\":[\"127.0.0.0/8\"]}],\"policyType\":\"Custom\"}],\"subject\":\"User:" + writer + "\"}";
            Check.equal(told, admin.body(GET_ACL, null, "subject", "User:" + writer), "told");
            Check.equal("[" + told + "]", admin.body(LIST_ACL, null, "subjectFilter", writer), "listed");
            admin.body(DELETE_ACL, null, "subject", "User:" + writer, "resource", "Topic:" + topic);
            refused(context, asWriter, topic, denied + "no matched policies.");
            Check.equal("", admin.body(GET_ACL, null, "subject", "User:" + writer), "told without rights");
        }
    }

    private static void users(Context context) throws Exception {
        try (RawClient admin = admin(context)) {
            String name = newUser(context, admin, "u");
            String user = "{\"password\":\"secret\",\"userStatus\":\"enable\",\"userType\":\"Normal\",\"username\":\"" + name + "\"}";
            Check.equal(user, admin.body(GET_USER, null, "username", name), "told");
            Check.equal("[" + user + "]", admin.body(LIST_USER, null, "filter", name), "listed");
            admin.body(UPDATE_USER, "{\"userStatus\":\"disable\"}", "username", name);
            Check.equal(user.replace("enable", "disable"), admin.body(GET_USER, null, "username", name), "disabled");
            String topic = newTopic(context, admin);
            RPCHook hook = ClientVersion.signer(name, "secret");
            refused(context, hook, topic, "User:" + name + " is disabled.");
            try (RawClient client = new RawClient(context.control.address("broker"), hook)) {
                Check.equal("16 User:" + name + " is disabled.", answer(client, GET_USER, null, "username", name), "asking");
            }
            admin.body(DELETE_USER, null, "username", name);
            Check.equal("", admin.body(GET_USER, null, "username", name), "gone");
            admin.body(DELETE_USER, null, "username", name);
        }
    }

    private static void refusals(Context context) throws Exception {
        try (RawClient admin = admin(context)) {
            String name = newUser(context, admin, "u");
            String subject = "User:" + name;
            Check.equal("16 The user is existed", answer(admin, CREATE_USER, "{\"password\":\"x\"}", "username", name), "again");
            Check.equal("16 password can not be blank", answer(admin, CREATE_USER, "{}", "username", "x"), "no password");
            Check.equal("29 The username is blank", answer(admin, CREATE_USER, "{}"), "no name");
            Check.equal("16 The user is not exist", answer(admin, UPDATE_USER, "{}", "username", "x"), "nobody");
            Check.equal("16 The acl is not exist.", answer(admin, DELETE_ACL, null, "subject", subject), "no rights");
            Check.equal("16 The subject is not exist.", answer(admin, GET_ACL, null, "subject", "User:x"), "no subject");
            Check.equal("16 The subject of User:x is not exist.", answer(admin, CREATE_ACL, acl("*", "Pub", "Allow"),
                "subject", "User:x"), "rights of nobody");
            Check.equal("16 The resource is null.", answer(admin, CREATE_ACL, acl("Queue:q", "Pub", "Allow"),
                "subject", subject), "no resource");
            Check.equal("16 The actions is empty.", answer(admin, CREATE_ACL, acl("*", "Fly", "Allow"),
                "subject", subject), "no action");
            Check.equal("16 The decision is null or illegal.", answer(admin, CREATE_ACL, acl("*", "Pub", "Maybe"),
                "subject", subject), "no decision");
            try (RawClient user = new RawClient(context.control.address("broker"), ClientVersion.signer(name, "secret"))) {
                String denied = "16 " + subject + " has no permission to access Cluster:CompatCluster from 127.0.0.1, no matched policies.";
                Check.equal(denied, answer(user, LIST_USER, null, "filter", ""), "a user who asks for users");
            }
        }
    }

    private static RawClient admin(Context context) throws Exception {
        return new RawClient(context.control.address("broker"), ClientVersion.signer("admin", "admin-secret"));
    }

    private static String newTopic(Context context, RawClient admin) throws Exception {
        String topic = context.name("t");
        admin.body(CREATE_TOPIC, null, "topic", topic, "defaultTopic", "TBW102", "readQueueNums", "1", "writeQueueNums", "1",
            "perm", "6", "topicFilterType", "SINGLE_TAG", "topicSysFlag", "0", "order", "false");
        return topic;
    }

    private static String newUser(Context context, RawClient admin, String what) throws Exception {
        String name = context.name(what);
        admin.body(CREATE_USER, "{\"password\":\"secret\"}", "username", name);
        return name;
    }

    private static void allow(RawClient admin, int code, String user, String resource, String action, String decision)
        throws Exception {
        admin.body(code, acl(resource, action, decision), "subject", "User:" + user);
    }

    private static String acl(String resource, String action, String decision) {
        return "{\"policies\":[{\"entries\":[{\"resource\":\"" + resource + "\",\"actions\":[\"" + action
            + "\"],\"sourceIps\":[\"127.0.0.0/8\"],\"decision\":\"" + decision + "\"}]}]}";
    }

    private static void refused(Context context, RPCHook hook, String topic, String remark) throws Exception {
        Check.equal(NO_PERMISSION + " " + remark, refusal(context, hook, topic), "refusal");
    }
}
