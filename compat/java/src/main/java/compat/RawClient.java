package compat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import org.apache.rocketmq.remoting.RPCHook;
import org.apache.rocketmq.remoting.netty.NettyClientConfig;
import org.apache.rocketmq.remoting.netty.NettyRemotingClient;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;

/** Sends single requests, for those whose classes differ between client versions. */
public final class RawClient implements AutoCloseable {
    private static final long TIMEOUT_MILLIS = 15_000;

    private final String address;
    private final NettyRemotingClient client = new NettyRemotingClient(new NettyClientConfig());

    public RawClient(String address) {
        this(address, null);
    }

    /** Its requests are signed by the hook. */
    public RawClient(String address, RPCHook hook) {
        this.address = address;
        client.registerRPCHook(hook);
        client.start();
    }

    /** {@code fields}: name, value, name, value, ... */
    public RemotingCommand call(int code, String body, String... fields) throws Exception {
        RemotingCommand request = RemotingCommand.createRequestCommand(code, null);
        HashMap<String, String> extFields = new HashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            extFields.put(fields[i], fields[i + 1]);
        }
        request.setExtFields(extFields);
        if (body != null) {
            request.setBody(body.getBytes(StandardCharsets.UTF_8));
        }
        return client.invokeSync(address, request, TIMEOUT_MILLIS);
    }

    /** The body of a successful answer. */
    public String body(int code, String body, String... fields) throws Exception {
        RemotingCommand response = call(code, body, fields);
        Check.equal(0, response.getCode(), "code of the answer to " + code + " (" + response.getRemark() + ")");
        return response.getBody() == null ? "" : new String(response.getBody(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
