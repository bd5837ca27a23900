import { bodyOf } from './boxes.ts';
import { type FileKind, hasImageBrand, isImageBrand, otherFileKind } from './file-kind.ts';
import { type FileLayout, fileLayout } from './file-layout.ts';
import { type MovieIndex, movieIndex, type Track } from './movie-index.ts';
import type { ObjectReader } from './object-reader.ts';
import { endOfLastChunk } from './sample-table.ts';
import { type SegmentIndex, segmentIndex } from './segment-index.ts';
import type { Shape } from './video-description.ts';

/**
 * The facts that an inspection found about a file. The rules use nothing else. An absent value or an empty list means
 * "unknown": a rule that needs it cannot reject the file.
 */
export interface FileFacts {
  size: number;
  /** Set when the file is certainly not an MP4, M4V or MOV. */
  otherKind?: FileKind;
  /** Set when the file is certainly incomplete. */
  missing?: 'the index of the video' | 'the end of the index' | 'the end of the video';
  /** Absent when not every track could be read. */
  hasVideo?: boolean;
  /** The streams that a player may play: one for each description of each video track. */
  streams: VideoStream[];
  /** Duration of the whole movie in seconds, from its own header. */
  movieDuration?: number;
  /** Durations in seconds of the tracks that are not video. */
  otherDurations: number[];
  /** True when the video may be longer than the index says. */
  mayBeLonger: boolean;
  /** Why the inspection is incomplete, for the log. */
  unseen?: string;
}

export interface VideoStream {
  /** Absent when it is not known. */
  codec?: string;
  /** Durations in seconds, one from each header. */
  durations: number[];
  /** All sizes at which a player may show the video. */
  shapes: Shape[];
}

const nothingSeen = (size: number): FileFacts => ({ size, streams: [], otherDurations: [], mayBeLonger: false });

/** @throws BudgetSpentError, or any error of the object's reader */
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
  // A photo burst also has an index, for its pictures.
  if (videos.length === 0 && ftyp && isImageBrand(ftyp)) return { ...facts, otherKind: IMAGE };
  facts.missing = await missingPart(reader, layout, index);
  if (facts.missing !== undefined) return facts;
  return withTracks(facts, index, layout, await segmentIndexes(reader, layout));
}

/** The facts from an inspection that ended early: only the size. */
export const sizeAlone = (size: number, unseen: string): FileFacts => ({ ...nothingSeen(size), unseen });

const IMAGE: FileKind = { name: 'a HEIF or AVIF image', video: false };

function withoutIndex(facts: FileFacts, layout: FileLayout, ftyp: Buffer | undefined): FileFacts {
  if (ftyp && (isImageBrand(ftyp) || (layout.meta && hasImageBrand(ftyp)))) return { ...facts, otherKind: IMAGE };
  // There may be an index after the stray bytes.
  if (layout.stoppedAt === 'stray')
    return { ...facts, unseen: 'its index was not found among bytes that are not boxes' };
  if (layout.stoppedAt === 'budget') return { ...facts, unseen: 'its index lies behind too many boxes' };
  return { ...facts, missing: 'the index of the video' };
}

/** The missing part of a file, if it holds the media or describes it. Lost padding and notes do not count. */
async function missingPart(
  reader: ObjectReader,
  { moov, cutBox, hasMedia, fragmented, stoppedAt }: FileLayout,
  index: MovieIndex,
): Promise<FileFacts['missing']> {
  if (cutBox !== undefined && cutBox === moov) {
    return index.tracks.length === 0 || index.tracks.some(({ cut }) => cut) ? 'the end of the index' : undefined;
  }
  // The fragments that exist can be played without the missing ones.
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
  // A track that could not be read may be the video track.
  if (!index.complete) facts.streams.push({ durations: [], shapes: [] });
  if (!index.complete) facts.unseen = 'not all of its index can be understood';
  else if (layout.cutBox && layout.cutBox !== layout.moov) facts.unseen = `its last box, ${layout.cutBox.type}, is cut`;
  return facts;
}

/**
 * In a fragmented file, the headers of the tracks may describe the first part only. Use durations of all fragments
 * instead, if the file has them, and the shorter durations from an edit list.
 */
function fragmentedDurations(track: Track, index: MovieIndex, segments: SegmentIndex[]): number[] {
  const listed = segments.filter(({ trackId }) => trackId === track.id).map(({ duration }) => duration);
  const totals = index.fragmentsDuration === undefined ? [] : [index.fragmentsDuration];
  // Each segment index may list only a part of the track. The longest one is a certain minimum.
  if (listed.length > 0) totals.push(Math.max(...listed));
  return totals.length > 0 ? [...totals, ...track.edits] : [...track.durations];
}
