import { bodyOf } from './boxes.ts';
import { type FileKind, hasImageBrand, isImageBrand, otherFileKind } from './file-kind.ts';
import { type FileLayout, fileLayout } from './file-layout.ts';
import { type MovieIndex, movieIndex, type Track } from './movie-index.ts';
import type { ObjectReader } from './object-reader.ts';
import { endOfLastChunk } from './sample-table.ts';
import { type SegmentIndex, segmentIndex } from './segment-index.ts';
import type { Shape } from './video-description.ts';

/**
 * What was seen of a file. The rules judge by this alone. What is absent, or an empty list, was not seen: a rule that
 * needs it cannot reject.
 */
export interface FileFacts {
  size: number;
  /** Set when the file is certainly of another kind than MP4, M4V and MOV. */
  otherKind?: FileKind;
  /** Set when the file is certainly not whole. */
  missing?: 'the index of the video' | 'the end of the index' | 'the end of the video';
  /** Absent when not every track is known. */
  hasVideo?: boolean;
  /** What may be played: one entry for each description of each video track. */
  streams: VideoStream[];
  /** Seconds of the whole movie, by its own header. */
  movieDuration?: number;
  /** Seconds, of the tracks that are not video. */
  otherDurations: number[];
  /** True when more of the video may follow than the index says. */
  mayBeLonger: boolean;
  /** Why the inspection did not see everything, for the log. */
  unseen?: string;
}

export interface VideoStream {
  /** Absent when it is not known. */
  codec?: string;
  /** Seconds, each as another header has it. */
  durations: number[];
  /** Each size in which the video may be shown. */
  shapes: Shape[];
}

const nothingSeen = (size: number): FileFacts => ({ size, streams: [], otherDurations: [], mayBeLonger: false });

/** @throws BudgetSpentError, or what the object's reader throws */
export async function fileFacts(reader: ObjectReader): Promise<FileFacts> {
  const facts = nothingSeen(reader.size);
  if (reader.size === 0) return facts;
  const layout = await fileLayout(reader);
  if (layout.firstType === undefined) {
    facts.otherKind = otherFileKind(await reader.bytes(0, 4096));
    return facts.otherKind ? facts : { ...facts, unseen: 'it begins with bytes that are not a box' };
  }
  const ftyp = layout.ftyp && (await bodyOf(reader, layout.ftyp, 256));
  if (layout.moov === undefined) return withoutIndex(facts, layout, ftyp);

  const index = await movieIndex(reader, layout.moov.body);
  const videos = index.tracks.filter(({ kind }) => kind === 'video');
  // A photo burst has an index too, for its pictures.
  if (videos.length === 0 && ftyp && isImageBrand(ftyp)) return { ...facts, otherKind: IMAGE };
  facts.missing = await missingPart(reader, layout, index);
  if (facts.missing !== undefined) return facts;
  return withTracks(facts, index, layout, await segmentIndexes(reader, layout));
}

/** What an inspection that ended early knows of a file. */
export const sizeAlone = (size: number, unseen: string): FileFacts => ({ ...nothingSeen(size), unseen });

const IMAGE: FileKind = { name: 'a HEIF or AVIF image', video: false };

function withoutIndex(facts: FileFacts, layout: FileLayout, ftyp: Buffer | undefined): FileFacts {
  if (ftyp && (isImageBrand(ftyp) || (layout.meta && hasImageBrand(ftyp)))) return { ...facts, otherKind: IMAGE };
  // Behind stray bytes there may be an index.
  if (layout.stoppedAt === 'stray')
    return { ...facts, unseen: 'its index was not found among bytes that are not boxes' };
  if (layout.stoppedAt === 'budget') return { ...facts, unseen: 'its index lies behind too many boxes' };
  return { ...facts, missing: 'the index of the video' };
}

/** Only what holds the media or describes it is missed; padding and notes may be cut. */
async function missingPart(
  reader: ObjectReader,
  { moov, cutBox, hasMedia, fragmented, stoppedAt }: FileLayout,
  index: MovieIndex,
): Promise<FileFacts['missing']> {
  if (cutBox !== undefined && cutBox === moov) {
    return index.tracks.length === 0 || index.tracks.some(({ cut }) => cut) ? 'the end of the index' : undefined;
  }
  // Fragments that are there play without those that are not.
  if (index.fragmented || fragmented) return undefined;
  if (cutBox?.type !== 'mdat' && (hasMedia || stoppedAt !== 'end')) return undefined;
  for (const { table } of index.tracks) {
    const end = await endOfLastChunk(reader, table);
    if (end !== undefined && end > reader.size) return 'the end of the video';
  }
  return undefined;
}

async function segmentIndexes(reader: ObjectReader, layout: FileLayout): Promise<SegmentIndex[]> {
  const indexes: SegmentIndex[] = [];
  for (const box of layout.sidx) {
    const index = await segmentIndex(reader, box);
    if (index) indexes.push(index);
  }
  return indexes;
}

function withTracks(facts: FileFacts, index: MovieIndex, layout: FileLayout, segments: SegmentIndex[]): FileFacts {
  const videos = index.tracks.filter(({ kind }) => kind === 'video');
  facts.mayBeLonger = index.fragmented || layout.fragmented;
  facts.otherDurations = index.tracks.filter(({ kind }) => kind !== 'video').flatMap(({ durations }) => durations);
  if (videos.length > 0) facts.hasVideo = true;
  else if (index.complete) facts.hasVideo = false;
  if (!facts.mayBeLonger) facts.movieDuration = index.duration;
  for (const track of videos) {
    const durations = facts.mayBeLonger ? fragmentedDurations(track, index, segments) : track.durations;
    const descriptions = track.descriptions.length === 0 ? [{ shapes: [] }] : track.descriptions;
    for (const description of descriptions) facts.streams.push({ ...description, durations });
  }
  // A track that could not be read may be the video that is played.
  if (!index.complete) facts.streams.push({ durations: [], shapes: [] });
  if (!index.complete) facts.unseen = 'not all of its index can be understood';
  else if (layout.cutBox && layout.cutBox !== layout.moov) facts.unseen = `its last box, ${layout.cutBox.type}, is cut`;
  return facts;
}

/**
 * In a fragmented file the headers of the tracks may describe the first part only. What describes all of it counts
 * instead, where it is there, together with what an edit list shortens.
 */
function fragmentedDurations(track: Track, index: MovieIndex, segments: SegmentIndex[]): number[] {
  const listed = segments.filter(({ trackId }) => trackId === track.id).map(({ duration }) => duration);
  const totals = index.fragmentsDuration === undefined ? [] : [index.fragmentsDuration];
  // Each segment index may list only a part: the longest one is what is certain.
  if (listed.length > 0) totals.push(Math.max(...listed));
  return totals.length > 0 ? [...totals, ...track.edits] : [...track.durations];
}
