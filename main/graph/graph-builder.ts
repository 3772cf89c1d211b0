import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  type AttributeProtoSchema,
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from './generated/onnx_pb';

/** Handle of a value inside the graph under construction. */
export type Value = string & { readonly value: unique symbol };

/**
 * `fast`: products with weights in 4 or 8 bits round their inputs to 8 bits, a scale a block, as llama.cpp does: several times faster.
 * `exact`: they do not, so that what remains is the rounding of 32-bit floats.
 */
export type Arithmetic = 'fast' | 'exact';

type Attribute = number | readonly number[] | { readonly float: number };

/** A size fixed when the graph is built, or the name of one that a run fixes. */
type Dimension = number | string;

/** Where a weight lies in the one file of weights. */
export interface WeightPlace {
  readonly shape: readonly number[];
  /** How its elements are stored; 32-bit floats where nothing is said. */
  readonly element?: WeightElement;
  readonly offset: number;
  readonly byteLength: number;
}

/** All weights of a model, row-major, little-endian. */
export interface Weights {
  /** Where each weight lies, by its name in the graph. */
  readonly places: ReadonlyMap<string, WeightPlace>;
  /** All bytes in memory, or the path of a file called `weightsLocation` that the runtime reads by itself. */
  readonly source: { readonly bytes: Uint8Array } | { readonly path: string };
  /** Some of the bytes. Do not write into them. @throws file system errors where they are in a file */
  readonly read: (offset: number, byteLength: number) => Uint8Array;
}

export function weightsInMemory(bytes: Uint8Array, places: Weights['places']): Weights {
  return { places, source: { bytes }, read: (offset, byteLength) => bytes.subarray(offset, offset + byteLength) };
}

interface NodeInit {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly input: string[];
  readonly output: string[];
  readonly attribute: MessageInitShape<typeof AttributeProtoSchema>[];
}

/** Name of the file of weights, which the runtime finds in the model's folder or is handed the bytes of. */
export const weightsLocation = 'weights.safetensors';

/** Newest operator sets every execution provider we use implements. */
const operatorSets = [
  { domain: '', version: 21n },
  { domain: 'com.microsoft', version: 1n },
];
const irVersion = 10n;

const weightElements = { f32: TensorProto_DataType.FLOAT, f16: TensorProto_DataType.FLOAT16, u8: TensorProto_DataType.UINT8 } as const;
/** `u8` holds the whole numbers of a matrix in blocks: see `QuantizedParts`. */
export type WeightElement = keyof typeof weightElements;

const elementTypes = { float: TensorProto_DataType.FLOAT, int64: TensorProto_DataType.INT64 } as const;
type Element = keyof typeof elementTypes;

function attribute(name: string, value: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === 'number') return { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) };
  if ('float' in value) return { name, type: AttributeProto_AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeProto_AttributeType.INTS, ints: value.map((number) => BigInt(number)) };
}

function valueInfo(name: string, element: Element, shape: readonly Dimension[]): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((size) =>
    typeof size === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
      : { value: { case: 'dimParam' as const, value: size } },
  );
  return { name, type: { value: { case: 'tensorType', value: { elemType: elementTypes[element], shape: { dim } } } } };
}

/** Collects the nodes of one ONNX graph. Values are named by number; inputs and outputs keep their names. */
export class GraphBuilder {
  private readonly nodes: NodeInit[] = [];
  private readonly inputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  private readonly outputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  private readonly initializers = new Map<string, MessageInitShape<typeof TensorProtoSchema>>();
  private readonly outputNames = new Map<string, string>();
  /** Weights stored as 16-bit floats, by name, as the graph computes with them. */
  private readonly widened = new Map<string, Value>();
  /** Neighbouring weights as one, by the names of all of them. */
  private readonly adjoined = new Map<string, WeightPlace>();
  private values = 0;

  constructor(
    private readonly weights: ReadonlyMap<string, WeightPlace>,
    readonly arithmetic: Arithmetic = 'fast',
  ) {}

  input(name: string, shape: readonly Dimension[], element: Element = 'float'): Value {
    this.inputs.push(valueInfo(name, element, shape));
    return name as Value;
  }

  /** Makes a value an output; it is known by this name from then on, so that no node has to copy it. */
  output(name: string, value: Value, shape: readonly Dimension[]): void {
    this.outputNames.set(value, name);
    this.outputs.push(valueInfo(name, 'float', shape));
  }

  /** Whether there is a weight of this name. */
  has(name: string): boolean {
    return this.weights.has(name);
  }

  /** Shape of a weight as it is stored. */
  shapeOf(name: string): readonly number[] {
    return this.place(name)?.shape ?? [];
  }

  /**
   * Name of a weight made of several whose rows lie one after the other in the file, so that nothing has to be copied; null where
   * they do not.
   */
  adjoin(names: readonly string[]): string | null {
    const [first, ...rest] = names.map((name) => this.weights.get(name));
    const [name] = names;
    if (!first || name === undefined) return null;
    if (rest.length === 0) return name;
    let rows = first.shape[0] ?? 0;
    let end = first.offset + first.byteLength;
    for (const place of rest) {
      const isAlike = place?.element === first.element && place?.shape.slice(1).join() === first.shape.slice(1).join();
      if (!place || !isAlike || place.offset !== end) return null;
      rows += place.shape[0] ?? 0;
      end += place.byteLength;
    }
    const joint = names.join('+');
    this.adjoined.set(joint, { ...first, shape: [rows, ...first.shape.slice(1)], byteLength: end - first.offset });
    return joint;
  }

  /**
   * A weight, referred to where it lies in the file: nothing is copied into the graph. Stored as 16-bit floats it is widened when
   * the session starts.
   */
  weight(name: string): Value {
    const place = this.place(name);
    if (!place) throw new Error(`The graph asks for the weight '${name}', which the table does not have`);
    const element = place.element ?? 'f32';
    const known = this.widened.get(name);
    if (known) return known;
    this.initializers.set(name, {
      name,
      dims: place.shape.map(BigInt),
      dataType: weightElements[element],
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: [
        { key: 'location', value: weightsLocation },
        { key: 'offset', value: String(place.offset) },
        { key: 'length', value: String(place.byteLength) },
      ],
    });
    if (element !== 'f16') return name as Value;
    const widened = this.node('Cast', [name as Value], { to: TensorProto_DataType.FLOAT });
    this.widened.set(name, widened);
    return widened;
  }

  /** A constant vector of integers, for shapes and axes; equal ones are stored once. */
  integers(...numbers: readonly number[]): Value {
    const name = `integers(${numbers.join(',')})`;
    this.initializers.set(name, {
      name,
      dims: [BigInt(numbers.length)],
      dataType: TensorProto_DataType.INT64,
      int64Data: numbers.map(BigInt),
    });
    return name as Value;
  }

  /** A constant number. */
  float(number: number): Value {
    const name = `float(${number})`;
    this.initializers.set(name, { name, dims: [], dataType: TensorProto_DataType.FLOAT, floatData: [number] });
    return name as Value;
  }

  /** Adds a node with one output. A `domain:` prefix selects another operator set. */
  node(operator: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    const output = this.nextValue();
    this.add(operator, inputs, [output], attributes);
    return output;
  }

  /** Cuts a value along an axis into parts whose sizes are given by another value. */
  split(value: Value, sizes: Value, parts: number, axis: number): Value[] {
    return this.several('Split', [value, sizes], parts, { axis });
  }

  /** Adds a node with several outputs. */
  several(operator: string, inputs: readonly Value[], count: number, attributes: Readonly<Record<string, Attribute>> = {}): Value[] {
    const outputs = Array.from({ length: count }, () => this.nextValue());
    this.add(operator, inputs, outputs, attributes);
    return outputs;
  }

  /** A node of which the outputs of these indices are wanted, in this order. */
  outputsOf(
    operator: string,
    inputs: readonly Value[],
    wanted: readonly number[],
    attributes: Readonly<Record<string, Attribute>>,
  ): Value[] {
    const all = Array.from({ length: Math.max(...wanted) + 1 }, (_, i) => (wanted.includes(i) ? this.nextValue() : ('' as Value)));
    this.add(operator, inputs, all, attributes);
    return wanted.map((i) => all[i] ?? this.nextValue());
  }

  build(name: string): Uint8Array {
    const model = create(ModelProtoSchema, {
      irVersion,
      producerName: 'interlinear',
      opsetImport: operatorSets,
      graph: {
        name,
        node: this.nodes.map((node) => this.renamed(node)),
        input: this.inputs,
        output: this.outputs,
        initializer: [...this.initializers.values()],
      },
    });
    return toBinary(ModelProtoSchema, model);
  }

  private renamed(node: NodeInit): NodeInit {
    const rename = (value: string): string => this.outputNames.get(value) ?? value;
    return { ...node, input: node.input.map(rename), output: node.output.map(rename) };
  }

  private place(name: string): WeightPlace | undefined {
    return this.weights.get(name) ?? this.adjoined.get(name);
  }

  private nextValue(): Value {
    return `v${this.values++}` as Value;
  }

  private add(operator: string, input: readonly Value[], output: readonly Value[], attributes: Readonly<Record<string, Attribute>>): void {
    const [opType, domain] = operator.split(':').toReversed();
    this.nodes.push({
      name: `${opType}.${this.nodes.length}`,
      opType: opType ?? operator,
      domain: domain ?? '',
      input: [...input],
      output: [...output],
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
  }
}
