package main

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"time"
)

type rawHeader struct {
	Code      int               `json:"code"`
	Flag      int               `json:"flag"`
	Language  string            `json:"language"`
	Opaque    int               `json:"opaque"`
	Version   int               `json:"version"`
	Remark    string            `json:"remark,omitempty"`
	ExtFields map[string]string `json:"extFields"`
}

// rawCall sends one request that this client has no function for, and gives code, remark and body of the answer.
func rawCall(address string, code int, fields map[string]string) (int, string, []byte) {
	connection, err := net.DialTimeout("tcp", address, 5*time.Second)
	checkNoError(err, "connection")
	defer connection.Close()
	checkNoError(connection.SetDeadline(time.Now().Add(15*time.Second)), "deadline")
	header, err := json.Marshal(rawHeader{Code: code, Language: "GO", Opaque: 1, Version: 479, ExtFields: fields})
	checkNoError(err, "header")
	frame := binary.BigEndian.AppendUint32(nil, uint32(4+len(header)))
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(header)))
	_, err = connection.Write(append(frame, header...))
	checkNoError(err, "request")
	var sizes [8]byte
	_, err = io.ReadFull(connection, sizes[:])
	checkNoError(err, "answer")
	rest := make([]byte, binary.BigEndian.Uint32(sizes[:4])-4)
	_, err = io.ReadFull(connection, rest)
	checkNoError(err, "answer")
	headerLength := binary.BigEndian.Uint32(sizes[4:]) & 0xffffff
	var answer rawHeader
	checkNoError(json.Unmarshal(rest[:headerLength], &answer), "header of the answer")
	return answer.Code, answer.Remark, rest[headerLength:]
}
