package compat.cases;

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
import org.apache.rocketmq.remoting.protocol.RemotingCommand;

/** The accounts of 4.x, on a broker whose administrator is rocketmq-admin with the secret admin-secret. */
public final class PlainAclCases {
    private static final int CREATE_TOPIC = 17;
    private static final int UPDATE_ACCOUNT = 50;
    private static final int DELETE_ACCOUNT = 51;
    private static final int ACCOUNTS_VERSION = 52;
    private static final int UPDATE_WHITE_ADDRESSES = 53;
    private static final String EXCEPTION = "1 org.apache.rocketmq.acl.common.AclException: ";

    private PlainAclCases() {
    }

    public static void register(Registry registry) {
        CaseSet set = CaseSet.PLAIN_ACL;
        registry.shared("plain-acl-signatures", set, PlainAclCases::signatures);
        registry.shared("plain-acl-rights", set, PlainAclCases::rights);
        registry.shared("plain-acl-white-address", set, PlainAclCases::whiteAddress);
        registry.shared("plain-acl-refusals", set, PlainAclCases::refusals);
    }

    private static void signatures(Context context) throws Exception {
        try (RawClient admin = admin(context)) {
            String topic = newTopic(context, admin, "t");
            sends(context, ClientVersion.signer("rocketmq-admin", "admin-secret"), topic);
            refused(context, ClientVersion.signer("rocketmq-admin", "another-secret"), topic,
                "Check signature failed for accessKey=rocketmq-admin");
            refused(context, ClientVersion.signer("nobody-key", "some-secret"), topic, "No acl config for nobody-key");
            refused(context, null, topic, "No accessKey is configured");
        }
    }

    private static void rights(Context context) throws Exception {
        try (RawClient admin = admin(context)) {
            String topic = newTopic(context, admin, "t");
            String other = newTopic(context, admin, "other");
            String group = context.name("g");
            String key = context.name("account");
            admin.body(UPDATE_ACCOUNT, null, "accessKey", key, "secretKey", "the-secret", "admin", "false",
                "defaultTopicPerm", "DENY", "defaultGroupPerm", "DENY", "topicPerms", topic + "=PUB|SUB", "groupPerms", group + "=SUB");
            RPCHook hook = ClientVersion.signer(key, "the-secret");
            // Apache takes up what was changed after half a second.
            Thread.sleep(1500);
            sends(context, hook, topic);
            refused(context, hook, other, "No default permission for topic:" + other);
            DefaultMQPushConsumer consumer = context.newPushConsumer(group, hook);
            Received received = new Received();
            consumer.subscribe(topic, "*");
            consumer.registerMessageListener(Context.into(received));
            consumer.start();
            received.awaitExactly(List.of("signed"), "consumed");
            admin.body(UPDATE_ACCOUNT, null, "accessKey", key, "secretKey", "the-secret", "admin", "false",
                "topicPerms", topic + "=SUB");
            Thread.sleep(1500);
            refused(context, hook, topic, "No permission for topic:" + topic);
            try (RawClient user = new RawClient(context.control.address("broker"), hook)) {
                String answer = answer(user, CREATE_TOPIC, "topic", topic);
                Check.that(answer.startsWith(EXCEPTION + "Need admin permission for request code=17, but accessKey=" + key + " is not"),
                    answer);
            }
            admin.body(DELETE_ACCOUNT, null, "accessKey", key);
            Thread.sleep(1500);
            refused(context, hook, topic, "No acl config for " + key);
        }
    }

    private static void whiteAddress(Context context) throws Exception {
        try (RawClient admin = admin(context)) {
            String topic = newTopic(context, admin, "t");
            String key = context.name("white");
            admin.body(UPDATE_ACCOUNT, null, "accessKey", key, "secretKey", "the-secret", "admin", "false",
                "whiteRemoteAddress", "127.0.0.*");
            Thread.sleep(1500);
            sends(context, ClientVersion.signer(key, "not-the-secret"), topic);
        }
    }

    private static void refusals(Context context) throws Exception {
        try (RawClient admin = admin(context)) {
            String key = context.name("account");
            Check.equal("209 Parse Resource format error for t.\nThe expected resource format is 'Res=Perm'. For example: topicA=SUB",
                answer(admin, UPDATE_ACCOUNT, "accessKey", key, "secretKey", "the-secret", "admin", "false", "topicPerms", "t"), "format");
            Check.equal("209 Parse resource permission error for t=READ.\nThe expected permissions are 'SUB' or 'PUB' or 'SUB|PUB' or 'PUB|SUB'.",
                answer(admin, UPDATE_ACCOUNT, "accessKey", key, "secretKey", "the-secret", "admin", "false", "topicPerms", "t=READ"), "permission");
            Check.that(answer(admin, UPDATE_ACCOUNT, "accessKey", "short", "secretKey", "x", "admin", "false").startsWith("209 "), "short");
            Check.equal("210 The accessKey[nobody] corresponding to accessConfig has been deleted failed.",
                answer(admin, DELETE_ACCOUNT, "accessKey", "nobody"), "nobody");
            Check.equal("211 The globalWhiteAddresses[10.0.0.1] has been updated failed.",
                answer(admin, UPDATE_WHITE_ADDRESSES, "globalWhiteAddrs", "10.0.0.1", "aclFileFullPath", "/nowhere.yml"), "no file");
            Check.equal("0 null", answer(admin, UPDATE_WHITE_ADDRESSES, "globalWhiteAddrs", "10.0.0.1", "aclFileFullPath", ""), "white list");
            RemotingCommand version = admin.call(ACCOUNTS_VERSION, null);
            Check.equal(0, version.getCode(), "version");
            Check.equal("CompatCluster", version.getExtFields().get("clusterName"), "cluster");
            Check.that(version.getExtFields().get("version").contains("\"counter\":"), "counter");
        }
    }

    private static RawClient admin(Context context) throws Exception {
        return new RawClient(context.control.address("broker"), ClientVersion.signer("rocketmq-admin", "admin-secret"));
    }

    private static String newTopic(Context context, RawClient admin, String what) throws Exception {
        String topic = context.name(what);
        admin.body(CREATE_TOPIC, null, "topic", topic, "defaultTopic", "TBW102", "readQueueNums", "1", "writeQueueNums", "1",
            "perm", "6", "topicFilterType", "SINGLE_TAG", "topicSysFlag", "0", "order", "false");
        return topic;
    }

    private static String answer(RawClient client, int code, String... fields) throws Exception {
        return SignedClients.answer(client, code, null, fields);
    }

    /** Apache's remark ends with the line of its code. */
    private static void refused(Context context, RPCHook hook, String topic, String remark) throws Exception {
        String told = refusal(context, hook, topic);
        Check.that(told.startsWith(EXCEPTION + remark), told);
    }
}
