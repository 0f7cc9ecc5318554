import { rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { sessionIdFrom } from '@holdfast/protocol';
import { openSqliteStore } from './sqlite/open-sqlite-store.ts';
import { follow } from './follow.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { randomIds } from '../runtime/random-ids.ts';
const path='/tmp/jb/store.db';
const clear=()=>{for(const f of ['','-wal','-shm']) rmSync(path+f,{force:true});};
const cpu=(c0?:NodeJS.CpuUsage)=>{const c=process.cpuUsage(c0);return c.user+c.system;};
const env=(seq:number,sid:string)=>JSON.stringify({id:seq,v:1,type:'session_update',data:{sessionId:sid,update:{sessionUpdate:'agent_message_chunk',content:{type:'text',text:'x'.repeat(32)}}},_meta:{serverTimestamp:1763712345678}});
for (const sync of ['acks','full'] as const) for (const batch of [1,10,100,1000]) {
  clear();
  const store=await openSqliteStore({path,sync,clock:systemClock,ids:randomIds});
  const sid=sessionIdFrom(randomUUID());
  const N=batch===1?20000:200000;
  const batches:any[]=[]; let seq=0;
  for(let i=0;i<N/batch;i++){const entries=[];const expectedSeq=seq;for(let j=0;j<batch;j++){seq++;entries.push({kind:'event',seq,type:'session_update',json:env(seq,sid)});}batches.push({appends:[{sessionId:sid,expectedSeq,entries}],isAcknowledged:false});}
  globalThis.gc?.();
  let c0=process.cpuUsage(); let t0=performance.now(); let worst=0;
  for(const b of batches){const t=performance.now();await store.journal.commit(b);const d=performance.now()-t; if(d>worst)worst=d;}
  let c=cpu(c0);
  console.log(sync,'batch',batch,(c/N).toFixed(2),'us cpu/event', (N/(performance.now()-t0)*1000|0),'ev/s worst commit ms',worst.toFixed(1));
  if(batch===1000){
    for (let rep=0;rep<2;rep++) for (const maxEvents of [500,1000]) {
    c0=process.cpuUsage();t0=performance.now();let n=0;const ac=new AbortController();
    for await(const evs of follow(store.journal,sid,{after:0,signal:ac.signal,limit:{maxEvents,maxBytes:1<<20}})){n+=evs.length;if(n===N)break;}
    console.log('follow replay',maxEvents,n,(n/(performance.now()-t0)*1000|0),'rows/s',(cpu(c0)/n).toFixed(2),'us');
    }
    c0=process.cpuUsage();t0=performance.now();let n=0;
    for await(const _ of store.journal.history(sid)) n++;
    console.log('history',n,(n/(performance.now()-t0)*1000|0),'rows/s');
    t0=performance.now(); await store.journal.commit({erase:[sid],isAcknowledged:true}); console.log('erase ms',(performance.now()-t0).toFixed(1));
  }
  await store.close();
}
// rows
clear();
const store=await openSqliteStore({path,sync:'acks',clock:systemClock,ids:randomIds});
const mk=(i:number)=>({sessionId:sessionIdFrom(randomUUID()),cwd:'/work/p'+(i%50),workspace:'/work',agent:['qwen','claude','demo'][i%3]!,parentSessionId:null,createdAt:1e12+i,activityAt:1e12+i,displayName:null,agentTitle:'A title',firstPrompt:'do it',lifecycle:'closed' as const,isArchived:false,isUnfinished:false,hasActivePrompt:false,isWaitingForPermission:false,clientCount:0,generation:1,revision:1,isDefaultTarget:false,snapshot:'{"a":'+JSON.stringify('y'.repeat(600))+'}',snapshotSeq:3});
const rows=[] as any[];
let c0=process.cpuUsage();let t0=performance.now();
for(let i=0;i<100000;i++){const r=mk(i);rows.push(r);}
for(let i=0;i<100000;i+=100){await store.journal.commit({rows:rows.slice(i,i+100),isAcknowledged:false});}
console.log('insert row us',((performance.now()-t0)*1000/1e5).toFixed(1));
c0=process.cpuUsage();
for(let i=0;i<20000;i+=20){await store.journal.commit({rows:rows.slice(i,i+20).map((r,j)=>({...r,activityAt:2e12+i+j,isUnfinished:(i&1)===0})),isAcknowledged:false});}
console.log('update row us cpu',(cpu(c0)/20000).toFixed(1));
for(const q of [{limit:50},{limit:50,lifecycle:'open'},{limit:50,workspace:'/work',isArchived:false},{limit:50,workspace:'/work',agent:'claude'},{limit:50,cwd:'/work/p3',sort:'created'}] as const){
  const ts:number[]=[];let cursor:string|undefined;let r:any;
  for(let i=0;i<100;i++){const t=performance.now();r=await store.index.list({...q,cursor} as any);ts.push(performance.now()-t);cursor=r.nextCursor;}
  ts.sort((a,b)=>a-b);console.log('list',JSON.stringify(q),'p50',ts[50]!.toFixed(2),'p95',ts[95]!.toFixed(2),'total',r.total);
}
// 32 concurrent posts
const posts=20000; const sess=rows.slice(0,200).map((r:any)=>({r,seq:0}));
c0=process.cpuUsage();t0=performance.now();let done=0;
await Promise.all(Array.from({length:32},async(_,w)=>{for(;done<posts;){done++;const s=sess[(done*7+w)%200]!;const e=s.seq;s.seq++;await store.journal.commit({appends:[{sessionId:s.r.sessionId,expectedSeq:e,entries:[{kind:'fact',type:'admission',json:'{"promptId":"x","prompt":[{"type":"text","text":"hello"}]}'},{kind:'event',seq:e+1,type:'x',json:env(e+1,s.r.sessionId)}]}],rows:[{...s.r,activityAt:3e12+done,isUnfinished:true}],keys:[{scope:'local prompt '+s.r.sessionId,key:'k'+done,bodyHash:'h'.repeat(64),sessionId:s.r.sessionId,answer:'{"promptId":"p","lastEventId":3}',createdAt:1e12+done}],isAcknowledged:true});}}));
console.log('posts/s',(posts/(performance.now()-t0)*1000|0),'cpu us',(cpu(c0)/posts).toFixed(1));
t0=performance.now();await store.close();console.log('close',(performance.now()-t0).toFixed(1));
t0=performance.now();const again=await openSqliteStore({path,sync:'acks',clock:systemClock,ids:randomIds});console.log('open 100k',(performance.now()-t0).toFixed(1), 'unfinished', (await again.index.unfinished()).length);await again.close();
