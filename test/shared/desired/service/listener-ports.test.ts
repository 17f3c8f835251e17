import { describe, expect, it } from 'vitest';
import { aPort, aService, codesOf, modelOf } from './a-service';

const merging = { 'aws-load-balancer-enable-tcp-udp-listener': 'true' };
const unmergeable = [aPort({ port: 53, name: 'dns' }), aPort({ port: 53, name: 'dns-sctp', protocol: 'SCTP', nodePort: 30053 })];

describe('the order of mistakes in ports that share a listener', () => {
  it('tells of ports that cannot be merged before ports that ssl-ports names in vain', () => {
    expect(codesOf(modelOf(aService({ annotations: { ...merging, 'aws-load-balancer-ssl-ports': 'nowhere' }, ports: unmergeable })))).toEqual(['PortsCannotBeMerged']);
  });

  it('tells of ports that cannot be merged before anything is built for the ports in front of them', () => {
    const broken = aPort({ port: 80, name: 'http', nodePort: 0 });
    expect(codesOf(modelOf(aService({ annotations: merging, ports: [broken, ...unmergeable] })))).toEqual(['PortsCannotBeMerged']);
    expect(codesOf(modelOf(aService({ ports: [broken, ...unmergeable] })))).toEqual(['NodePortMissing']);
  });
});
