import { rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { sessionIdFrom } from '@holdfast/protocol';
import { openSqliteStore } from './sqlite/open-sqlite-store.ts';
import { openDatabase } from './sqlite/database.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { randomIds } from '../runtime/random-ids.ts';
const path='/tmp/jb/store.db';
const pragma=process.argv[2]??''; const what=process.argv[3]??'all';
const clear=()=>{for(const f of ['','-wal','-shm']) rmSync(path+f,{force:true});};
const cpu=(c0:NodeJS.CpuUsage)=>{const c=process.cpuUsage(c0);return [c.user+c.system,c.user,c.system];};
const env=(seq:number,sid:string)=>JSON.stringify({id:seq,v:1,type:'session_update',data:{sessionId:sid,update:{sessionUpdate:'agent_message_chunk',content:{type:'text',text:'x'.repeat(32)}}},_meta:{serverTimestamp:1763712345678}});
const connect=(p:string)=>{const d=openDatabase(p,{readOnly:false}); if(pragma) d.exec(pragma); return d;};
const fmt=(c:number[],n:number)=>c.map(x=>(x/n).toFixed(2)).join('/');
if(what!=='rows') for(let rep=0;rep<2;rep++) for (const batch of [100,300]) {
  clear();
  const store=await openSqliteStore({path,sync:'acks',clock:systemClock,ids:randomIds,connect});
  const sid=sessionIdFrom(randomUUID());
  const N=200000; const batches:any[]=[]; let seq=0;
  for(let i=0;i<N/batch;i++){const entries=[];const expectedSeq=seq;for(let j=0;j<batch;j++){seq++;entries.push({kind:'event',seq,type:'session_update',json:env(seq,sid)});}batches.push({appends:[{sessionId:sid,expectedSeq,entries}],isAcknowledged:false});}
  const c0=process.cpuUsage();
  for(const b of batches) await store.journal.commit(b);
  console.log(pragma,'batch',batch,fmt(cpu(c0),N),'us cpu/event');
  await store.close();
}
for (const count of [200,100000]) if(what!=='events') {
clear();
const store=await openSqliteStore({path,sync:'acks',clock:systemClock,ids:randomIds,connect});
const mk=(i:number)=>({sessionId:sessionIdFrom(randomUUID()),cwd:'/work/p'+(i%50),workspace:'/work',agent:['qwen','claude','demo'][i%3]!,parentSessionId:null,createdAt:1e12+i,activityAt:1e12+i,displayName:null,agentTitle:'A title',firstPrompt:'do it',lifecycle:'open' as const,isArchived:false,isUnfinished:false,hasActivePrompt:false,isWaitingForPermission:false,clientCount:0,generation:1,revision:1,isDefaultTarget:false,snapshot:'{"a":'+JSON.stringify('y'.repeat(600))+'}',snapshotSeq:3});
const rows=[] as any[]; for(let i=0;i<count;i++) rows.push(mk(i));
let c0=process.cpuUsage();
for(let i=0;i<count;i+=100) await store.journal.commit({rows:rows.slice(i,i+100),isAcknowledged:false});
console.log(count,'insert row us',fmt(cpu(c0),count));
c0=process.cpuUsage();
for(let i=0;i<20000;i+=20) await store.journal.commit({rows:Array.from({length:20},(_,j)=>({...rows[(i+j)%count],activityAt:2e12+i+j})),isAcknowledged:false});
console.log(count,'update row us cpu',fmt(cpu(c0),20000));
const posts=20000; const sess=rows.slice(0,200).map((r:any)=>({r,seq:0}));
c0=process.cpuUsage();let t0=performance.now();let done=0;
await Promise.all(Array.from({length:32},async(_,w)=>{for(;done<posts;){done++;const s=sess[(done*7+w)%200]!;const e=s.seq;s.seq++;await store.journal.commit({appends:[{sessionId:s.r.sessionId,expectedSeq:e,entries:[{kind:'fact',type:'admission',json:'{"promptId":"x","prompt":[{"type":"text","text":"hello"}]}'},{kind:'event',seq:e+1,type:'x',json:env(e+1,s.r.sessionId)}]}],rows:[{...s.r,activityAt:3e12+done,isUnfinished:true}],keys:[{scope:'local prompt '+s.r.sessionId,key:randomUUID(),bodyHash:'h'.repeat(64),sessionId:s.r.sessionId,answer:'{"promptId":"p","lastEventId":3}',createdAt:1e12+done}],isAcknowledged:true});}}));
console.log(count,'posts/s',(posts/(performance.now()-t0)*1000|0),'cpu us',fmt(cpu(c0),posts));
await store.close();
}
