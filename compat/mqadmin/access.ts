import { type Command, same, sameOnce } from './command.ts'

const CHANGED = 'what it changes is changed then'
const OWN_REFUSAL = 'our own tool refuses it before it asks the broker'

const USERS: readonly Command[] = [
  same('listUser -b {broker}'),
  sameOnce(CHANGED, 'createUser -b {broker} -u u1 -p p1'),
  sameOnce(CHANGED, 'createUser -c CompatCluster -u u2 -p p2 -t Super'),
  sameOnce(CHANGED, 'createUser -b {broker} -u u3 -p p3 -t Normal'),
  same('createUser -b {broker} -u u1 -p again'),
  sameOnce(OWN_REFUSAL, 'createUser -b {broker} -u u4 -p p4 -t Wrong'),
  same('updateUser -b {broker} -u u1 -p p9'),
  same('updateUser -b {broker} -u u1 -s disable'),
  same('updateUser -c CompatCluster -u u2 -t Normal'),
  sameOnce(OWN_REFUSAL, 'updateUser -b {broker} -u u2 -s odd'),
  same('updateUser -b {broker} -u nobody -p p'),
  same('getUser -b {broker} -u u1'),
  same('getUser -c CompatCluster -u u2'),
  same('getUser -b {broker} -u nobody'),
  same('listUser -b {broker}'),
  same('listUser -c CompatCluster -f u1'),
  same('copyUser -f {broker} -t {broker} -u u1,nobody'),
  same('copyUser -f {broker} -t {broker}'),
]

const RIGHTS: readonly Command[] = [
  same('listAcl -b {broker}'),
  same(
    'createAcl -b {broker} -s User:u1 -r Topic:P,Group:CG -a Pub,Sub -i 127.0.0.1,10.0.0.0/8 -d Allow',
  ),
  same('createAcl -c CompatCluster -s User:u2 -r Topic:pre* -a All -d Deny'),
  same('createAcl -b {broker} -s User:nobody -r Topic:P -a Pub -d Allow'),
  same('createAcl -b {broker} -s wrong -r Topic:P -a Pub -d Allow'),
  same('createAcl -b {broker} -s User:u3 -r Nonsense:P -a Pub -d Allow'),
  same('createAcl -b {broker} -s User:u3 -r Topic:P -a Fly -d Allow'),
  sameOnce(OWN_REFUSAL, 'createAcl -b {broker} -s User:u3 -r Topic:P -a Pub -d Maybe'),
  same('createAcl -b {broker} -s User:u3 -r Topic:P -a Pub -i 300.1.1.1 -d Allow'),
  same('updateAcl -b {broker} -s User:u1 -r Topic:P -a Pub,Get -d Deny'),
  same('updateAcl -c CompatCluster -s User:u3 -r * -a List -i 10.0.0.0/8 -d Allow'),
  same('getAcl -b {broker} -s User:u1'),
  same('getAcl -c CompatCluster -s User:u2'),
  same('getAcl -b {broker} -s User:nobody'),
  same('listAcl -b {broker}'),
  same('listAcl -c CompatCluster -s u1'),
  same('listAcl -b {broker} -r Topic:P'),
  same('listAcl -b {broker} -s User:u1 -r Group:CG'),
  same('copyAcl -f {broker} -t {broker} -s User:u1,User:nobody'),
  same('copyAcl -f {broker} -t {broker}'),
  same('deleteAcl -b {broker} -s User:u1 -r Group:CG'),
  same('getAcl -b {broker} -s User:u1'),
  sameOnce(CHANGED, 'deleteAcl -c CompatCluster -s User:u2'),
  same('deleteAcl -b {broker} -s User:nobody'),
  same('listAcl -b {broker}'),
  same('deleteUser -b {broker} -u u1'),
  same('deleteUser -c CompatCluster -u nobody'),
  same('listUser -b {broker}'),
  same('listAcl -b {broker}'),
]

/** Users and rights, on brokers that keep them and ask nobody who he is. */
export const ACCESS: readonly Command[] = [...USERS, ...RIGHTS]
