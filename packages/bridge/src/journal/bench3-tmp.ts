import { rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { sessionIdFrom } from '@holdfast/protocol';
import { openSqliteStore } from './sqlite/open-sqlite-store.ts';
import { openDatabase } from './sqlite/database.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { randomIds } from '../runtime/random-ids.ts';
const path='/tmp/jb/store3.db';
const clear=()=>{for(const f of ['','-wal','-shm']) rmSync(path+f,{force:true});};
const cpu=(c0:NodeJS.CpuUsage)=>{const c=process.cpuUsage(c0);return [c.user+c.system,c.user,c.system];};
const env=(seq:number,sid:string)=>JSON.stringify({id:seq,v:1,type:'session_update',data:{sessionId:sid,update:{sessionUpdate:'agent_message_chunk',content:{type:'text',text:'x'.repeat(32)}}},_meta:{serverTimestamp:1763712345678}});
const fmt=(c:number[],n:number)=>c.map(x=>(x/n).toFixed(1)).join('/');
for (const ck of [250,1000,4000]) for (const parts of ['event','event+fact','row','key','all']) {
clear();
const connect=(p:string)=>{const d=openDatabase(p,{readOnly:false}); const e=d.exec.bind(d); d.exec=(s)=>e(s.replace('wal_autocheckpoint = 250','wal_autocheckpoint = '+ck)); return d;};
const store=await openSqliteStore({path,sync:'acks',clock:systemClock,ids:randomIds,connect});
const mk=(i:number)=>({sessionId:sessionIdFrom(randomUUID()),cwd:'/work/p'+(i%50),workspace:'/work',agent:['qwen','claude','demo'][i%3]!,parentSessionId:null,createdAt:1e12+i,activityAt:1e12+i,displayName:null,agentTitle:'A title',firstPrompt:'do it',lifecycle:'open' as const,isArchived:false,isUnfinished:false,hasActivePrompt:false,isWaitingForPermission:false,clientCount:0,generation:1,revision:1,isDefaultTarget:false,snapshot:'{"a":'+JSON.stringify('y'.repeat(600))+'}',snapshotSeq:3});
const rows=[] as any[]; for(let i=0;i<200;i++) rows.push(mk(i));
await store.journal.commit({rows,isAcknowledged:false});
const posts=20000; const sess=rows.map((r:any)=>({r,seq:0}));
const c0=process.cpuUsage();const t0=performance.now();let done=0;
const has=(x:string)=>parts==='all'||parts.includes(x);
await Promise.all(Array.from({length:32},async(_,w)=>{for(;done<posts;){done++;const s=sess[(done*7+w)%200]!;const e=s.seq; const commit:any={isAcknowledged:true};
if(has('event')){s.seq++;commit.appends=[{sessionId:s.r.sessionId,expectedSeq:e,entries:[{kind:'event',seq:e+1,type:'x',json:env(e+1,s.r.sessionId)}]}]; if(has('fact'))commit.appends[0].entries.unshift({kind:'fact',type:'admission',json:'{"promptId":"x","prompt":[{"type":"text","text":"hello"}]}'});}
if(has('row')) commit.rows=[{...s.r,activityAt:3e12+done,isUnfinished:true}];
if(has('key')) commit.keys=[{scope:'local prompt '+s.r.sessionId,key:randomUUID(),bodyHash:'h'.repeat(64),sessionId:s.r.sessionId,answer:'{"promptId":"p","lastEventId":3}',createdAt:1e12+done}];
await store.journal.commit(commit);}}));
console.log('ckpt',ck,parts.padEnd(12),(posts/(performance.now()-t0)*1000|0),'/s cpu us',fmt(cpu(c0),posts));
await store.close();
}
