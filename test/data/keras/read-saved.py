#!/usr/bin/env python3
"""Reads a saved model as Keras does, through h5py, and compares it value by value.

    read-saved.py MODEL.h5                prints its structure as JSON
    read-saved.py MODEL.h5 VALUES.json    compares every weight first; VALUES.json has the bytes of each in hexadecimal,
                                          float32, little-endian: {"conv2d_1/kernel:0": "0000803f...", ...}

Ends with status 1, naming the first weight that is missing, not expected, no float32, or different. Needs numpy and h5py.
"""
import json
import sys

import h5py
import numpy


def text(value):
    return value.decode() if hasattr(value, 'decode') else value


def structure(model):
    top = model if 'layer_names' in model.attrs else model['model_weights']
    seen = {
        'root': sorted(name for name in model.attrs if not name.startswith('vggpu')),
        'backend': text(top.attrs['backend']),
        'keras': text(top.attrs['keras_version']),
        'config': json.loads(text(model.attrs.get('model_config', 'null'))),
        'kinds': {top.attrs['layer_names'].dtype.kind},
        'layers': [],
    }
    weights = {}
    for name in map(text, top.attrs['layer_names']):
        names = top[name].attrs['weight_names']
        seen['kinds'].add(names.dtype.kind)
        own = {text(weight): top[name][text(weight)] for weight in names}
        weights.update(own)
        seen['layers'].append([[weight.split('/', 1)[1], str(data.dtype), data.ndim] for weight, data in own.items()])
    seen['kinds'] = sorted(seen['kinds'])
    return seen, weights


def compare(weights, expected):
    for name in expected.keys() - weights.keys():
        sys.exit(f'{name} is missing')
    for name, data in weights.items():
        if name not in expected:
            sys.exit(f'{name} was not expected')
        if data.dtype != numpy.dtype('<f4'):
            sys.exit(f'{name} holds {data.dtype}, not float32')
        wanted = numpy.frombuffer(bytes.fromhex(expected[name]), '<u4')
        found = numpy.asarray(data).reshape(-1).view('<u4')
        if len(found) != len(wanted):
            sys.exit(f'{name} has {len(found)} values, not {len(wanted)}')
        different = numpy.flatnonzero(found != wanted)
        if len(different) > 0:
            at = different[0]
            sys.exit(f'{name}[{at}] is {found.view("<f4")[at]}, not {wanted.view("<f4")[at]}')


with h5py.File(sys.argv[1], 'r') as file:
    found, stored = structure(file)
    if len(sys.argv) > 2:
        with open(sys.argv[2]) as values:
            compare(stored, json.load(values))
print(json.dumps(found))
